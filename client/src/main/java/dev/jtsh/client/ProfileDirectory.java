// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import com.sun.security.auth.module.UnixSystem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One open directory of the profile. Everything below it is reached relative to its descriptor, one
 * checked name at a time, and no symbolic link is followed; a directory of another owner, or one
 * that others may write to, is refused. A profile decides which proxy gets a password: whoever can
 * write to it could choose another.
 */
final class ProfileDirectory implements Closeable {
  /** Users, clusters, hosts and the suffixes of our own files; no slash, no leading dot. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_+@-][A-Za-z0-9._+@-]{0,252}");

  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final FileAttribute<?> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final SecureDirectoryStream<Path> stream;
  private final Path path;

  private ProfileDirectory(SecureDirectoryStream<Path> stream, Path path) {
    this.stream = stream;
    this.path = path;
  }

  /** Opens the root; empty when it does not exist. */
  @SuppressWarnings("StreamResourceLeak") // The stream is owned by the object returned.
  static Optional<ProfileDirectory> open(Path root) throws IOException {
    try {
      return Optional.of(checked(Files.newDirectoryStream(root), root));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Opens the root, making it (0700) when it does not exist. Its parent must exist. */
  static ProfileDirectory openOrCreate(Path root) throws IOException {
    Optional<ProfileDirectory> open = open(root);
    if (open.isPresent()) {
      return open.get();
    }
    create(root);
    return open(root).orElseThrow(() -> new NoSuchFileException(root.toString()));
  }

  /** Whether {@code name} may become a file name here. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  Path path() {
    return path;
  }

  Optional<ProfileDirectory> child(String name) throws IOException {
    Path relative = relative(name);
    try {
      return Optional.of(
          checked(stream.newDirectoryStream(relative, NOFOLLOW_LINKS), path.resolve(relative)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  ProfileDirectory childOrCreate(String name) throws IOException {
    Optional<ProfileDirectory> child = child(name);
    if (child.isPresent()) {
      return child.get();
    }
    create(path.resolve(relative(name)));
    return child(name).orElseThrow(() -> new NoSuchFileException(path.resolve(name).toString()));
  }

  /** Opens a regular file for reading; empty when there is none. */
  Optional<SeekableByteChannel> openForReading(String name) throws IOException {
    Path relative = relative(name);
    try {
      PosixFileAttributes attributes = attributes(relative);
      if (!attributes.isRegularFile()) {
        throw new IOException(path.resolve(relative) + " is not a regular file");
      }
      return Optional.of(stream.newByteChannel(relative, Set.of(READ, NOFOLLOW_LINKS)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The bytes of a file without secrets, at most 1 MiB; empty when there is none. */
  Optional<byte[]> read(String name) throws IOException {
    Optional<SeekableByteChannel> opened = openForReading(name);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (SeekableByteChannel channel = opened.get()) {
      if (channel.size() > FILE_BYTES_MAX) {
        throw new IOException(path.resolve(name) + " is larger than 1 MiB");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
      int read;
      do {
        read = channel.read(bytes);
      } while (read > 0 && bytes.hasRemaining());
      byte[] content = new byte[bytes.flip().remaining()];
      bytes.get(content);
      return Optional.of(content);
    }
  }

  /** Replaces a file (0600) as one step: readers see the old or the new content. */
  void write(String name, ByteBuffer content) throws IOException {
    Path relative = relative(name);
    Path fresh = Path.of(name + ".jtsh-new-" + ProcessHandle.current().pid());
    deleteIfPresent(fresh);
    Set<java.nio.file.OpenOption> options = Set.of(CREATE_NEW, WRITE, NOFOLLOW_LINKS);
    try (SeekableByteChannel channel = stream.newByteChannel(fresh, options, PRIVATE_FILE)) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      if (channel instanceof FileChannel file) {
        file.force(true);
      }
      stream.move(fresh, stream, relative);
    } catch (IOException e) {
      deleteIfPresent(fresh);
      throw e;
    }
  }

  void write(String name, byte[] content) throws IOException {
    write(name, ByteBuffer.wrap(content));
  }

  /** Deletes a file or a directory with all below it; says whether there was one. */
  boolean deleteRecursively(String name) throws IOException {
    Path relative = relative(name);
    PosixFileAttributes attributes;
    try {
      attributes = attributes(relative);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (!attributes.isDirectory()) {
      stream.deleteFile(relative);
      return true;
    }
    try (ProfileDirectory child =
        checked(stream.newDirectoryStream(relative, NOFOLLOW_LINKS), path.resolve(relative))) {
      for (String entry : child.names()) {
        child.deleteRecursively(entry);
      }
    }
    stream.deleteDirectory(relative);
    return true;
  }

  /** The names of all entries. Can be asked for once per opened directory. */
  List<String> names() {
    var names = new ArrayList<String>();
    for (Path entry : stream) {
      names.add(String.valueOf(entry.getFileName()));
    }
    return names;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }

  private static ProfileDirectory checked(DirectoryStream<Path> opened, Path path)
      throws IOException {
    if (!(opened instanceof SecureDirectoryStream<Path> secure)) {
      opened.close();
      throw new IOException("this system cannot open files relative to a directory: " + path);
    }
    try {
      checkOwnerAndMode(secure, path);
    } catch (IOException e) {
      secure.close();
      throw e;
    }
    return new ProfileDirectory(secure, path);
  }

  private static void checkOwnerAndMode(SecureDirectoryStream<Path> directory, Path path)
      throws IOException {
    PosixFileAttributes attributes =
        directory.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
    String owner = attributes.owner().getName();
    var self = new UnixSystem();
    if (!owner.equals(self.getUsername()) && !owner.equals(Long.toString(self.getUid()))) {
      throw new UnsafeProfileException(
          "%s belongs to %s, not to you: refusing to use it".formatted(path, owner));
    }
    Set<PosixFilePermission> mode = attributes.permissions();
    if (mode.contains(PosixFilePermission.GROUP_WRITE)
        || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new UnsafeProfileException(
          "%s is writable by others (%s): run chmod 700 on it"
              .formatted(path, PosixFilePermissions.toString(mode)));
    }
  }

  private PosixFileAttributes attributes(Path relative) throws IOException {
    return stream
        .getFileAttributeView(relative, PosixFileAttributeView.class, NOFOLLOW_LINKS)
        .readAttributes();
  }

  private void deleteIfPresent(Path relative) throws IOException {
    try {
      stream.deleteFile(relative);
    } catch (NoSuchFileException e) {
      return; // Nothing left behind by an earlier process: the usual case.
    }
  }

  private static void create(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, PRIVATE_DIRECTORY);
    } catch (FileAlreadyExistsException e) {
      return; // Made by another process just now; it is checked when it is opened.
    }
  }

  private static Path relative(String name) throws UnsafeProfileException {
    if (!isName(name)) {
      throw new UnsafeProfileException(
          "a name cannot become a file name: it has characters other"
              + " than letters, digits and ._+@- or begins with a dot");
    }
    return Path.of(name);
  }
}

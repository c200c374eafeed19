// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import dev.jtsh.nativebindings.PrivateDirectory;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The directory {@code $XDG_RUNTIME_DIR/jtsh} with one socket for each running session, named after
 * its id. There is no other place: one that others can write to would let them answer in a
 * session's name (rule 15).
 */
public final class JoinPlace implements AutoCloseable {
  private static final String NAME = "jtsh";
  private static final String ENDING = ".sock";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final int SESSIONS_MAX = 256;

  private final PrivateDirectory directory;

  private JoinPlace(PrivateDirectory directory) {
    this.directory = directory;
  }

  /**
   * Opens it.
   *
   * @throws CannotJoinException when there is none that is this user's alone
   */
  public static JoinPlace open(Map<String, String> environment) throws CannotJoinException {
    String named = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (named.isEmpty()) {
      throw new CannotJoinException(SafeText.literal("XDG_RUNTIME_DIR is not set"), null);
    }
    try (PrivateDirectory runtime = PrivateDirectory.open(Path.of(named))) {
      return new JoinPlace(runtime.child(NAME));
    } catch (IOException | RuntimeException e) {
      throw new CannotJoinException(
          SafeText.format(
              "XDG_RUNTIME_DIR cannot be used: {}", SafeText.of(String.valueOf(e.getMessage()))),
          e);
    }
  }

  /** Ids of the sessions that have a socket here, those of dead ones too; sorted. */
  List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    try (DirectoryStream<Path> sockets = Files.newDirectoryStream(directory.path(), "*" + ENDING)) {
      for (Path socket : sockets) {
        String name = socket.getFileName().toString();
        String id = name.substring(0, name.length() - ENDING.length());
        if (ID.matcher(id).matches() && ids.size() < SESSIONS_MAX) {
          ids.add(id);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    ids.sort(null);
    return ids;
  }

  /** Where the socket of a session is. */
  Path socket(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("no id of a session");
    }
    return directory.path().resolve(id + ENDING);
  }

  /** Where it is made, before it can be connected to: nobody takes it for one left behind. */
  Path unfinished(String id) {
    return directory.path().resolve("." + socket(id).getFileName() + ".new");
  }

  UnixDomainSocketAddress address(String id) {
    return UnixDomainSocketAddress.of(socket(id));
  }

  @Override
  public void close() {
    directory.close();
  }
}

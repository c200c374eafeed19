// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/** Places outside the memory of a process where a secret could lie. */
final class Places {
  /** Where an ordinary user may write at all. */
  private static final List<Path> WRITABLE =
      List.of(Path.of("/tmp"), Path.of("/var/tmp"), Path.of("/dev/shm"), Path.of("/run"));

  private Places() {}

  /** One file. */
  static Look file(RunIndex index, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new Look(Files.size(file), LeakScanner.scan(index, file.toString(), in));
    }
  }

  /** All files of a user in the user's home and wherever everybody may write. */
  static Look filesOf(RunIndex index, String uid, Path home) throws IOException {
    boolean homeWithin = WRITABLE.stream().anyMatch(home::startsWith);
    Look all = homeWithin ? Look.NOTHING : filesBelow(index, home, uid);
    for (Path place : WRITABLE) {
      all = all.and(filesBelow(index, place, uid));
    }
    return all;
  }

  /** All files below a directory. */
  static Look filesBelow(RunIndex index, Path directory) throws IOException {
    return filesBelow(index, directory, "");
  }

  private static Look filesBelow(RunIndex index, Path directory, String uid) throws IOException {
    Visit visit = new Visit(index, uid);
    Files.walkFileTree(directory, visit);
    return visit.seen;
  }

  /** Names of all files of a user, to show what a run has made. */
  static List<Path> namesOf(String uid, Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> owner(file).equals(uid)).toList();
    }
  }

  /** Arguments and environment of every process of the machine. */
  static Look everyProcess(RunIndex index) throws IOException {
    Look all = Look.NOTHING;
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.toList()) {
        if (process.getFileName().toString().matches("[0-9]+")) {
          all = all.and(words(index, process.resolve("cmdline")));
          all = all.and(words(index, process.resolve("environ")));
        }
      }
    }
    return all;
  }

  private static Look words(RunIndex index, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] words = in.readAllBytes();
      LeakScanner scanner = new LeakScanner(index, file.toString(), 0);
      scanner.feed(words, words.length);
      return new Look(words.length, scanner.finish());
    } catch (IOException e) {
      return Look.NOTHING; // The process has ended.
    }
  }

  private static String owner(Path file) {
    try {
      return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS).toString();
    } catch (IOException e) {
      return ""; // It is gone.
    }
  }

  /** Files come and go while it walks. */
  private static final class Visit extends SimpleFileVisitor<Path> {
    private final RunIndex index;
    private final String uid;
    private Look seen = Look.NOTHING;

    Visit(RunIndex index, String uid) {
      this.index = index;
      this.uid = uid;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      boolean wanted = uid.isEmpty() || owner(file).equals(uid);
      if (attributes.isRegularFile() && wanted) {
        try {
          seen = seen.and(file(index, file));
        } catch (NoSuchFileException e) {
          return FileVisitResult.CONTINUE;
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path directory, @org.jspecify.annotations.Nullable IOException failure) {
      return FileVisitResult.CONTINUE;
    }
  }
}

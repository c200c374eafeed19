// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A directory that plays {@code /}, and variables. */
final class FakeMachine {
  static final int ALICE = 1000;

  final Path root;
  final Map<String, String> environment = new HashMap<>();
  final Map<String, String> raw = new HashMap<>();
  final Map<String, Integer> owners = new HashMap<>();
  int uid = ALICE;

  FakeMachine(Path root) {
    this.root = root;
  }

  FakeMachine file(String path, String text) {
    try {
      Path file = root.resolve(path.substring(1));
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FakeMachine link(String path, String target) {
    try {
      Path file = root.resolve(path.substring(1));
      Files.createDirectories(file.getParent());
      Files.createSymbolicLink(file, Path.of(target));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A process as everybody sees it. */
  FakeMachine process(int pid, int parent, int user, String... arguments) {
    file(
        "/proc/%d/status".formatted(pid),
        "Name:\tx\nPPid:\t%d\nTracerPid:\t0\nUid:\t%d\t%d\t%d\t%d\nVmLck:\t     520 kB\n"
            .formatted(parent, user, user, user, user));
    file("/proc/%d/cmdline".formatted(pid), String.join("\0", arguments) + "\0");
    return file(
        "/proc/%d/limits".formatted(pid),
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max core file size        0                    0                    bytes
        Max locked memory         8388608              8388608              bytes
        """);
  }

  /** This process, a child of another. */
  FakeMachine self(int parent) {
    return file("/proc/self/status", "PPid:\t" + parent + "\n");
  }

  FakeMachine with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Machine machine() {
    return new Machine(
        root,
        environment,
        raw,
        uid,
        root.resolve("home/alice"),
        file -> {
          Integer owner = owners.get("/" + root.relativize(file));
          if (owner == null) {
            throw new IOException("no such file: " + file);
          }
          return owner;
        });
  }
}

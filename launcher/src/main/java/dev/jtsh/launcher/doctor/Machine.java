// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The machine as files and variables; tests put a directory in the place of {@code /}.
 *
 * @param root where the files of {@code /} are
 * @param environment the variables as the person had them
 * @param raw the variables this process was started with
 * @param uid the user
 * @param home the person's home directory
 * @param owners who owns a file
 */
public record Machine(
    Path root,
    Map<String, String> environment,
    Map<String, String> raw,
    int uid,
    Path home,
    FileOwners owners) {
  private static final int TEXT_BYTES_MAX = 4 << 20;

  /** Copies. */
  public Machine {
    environment = Map.copyOf(environment);
    raw = Map.copyOf(raw);
  }

  /** Who owns a file. */
  @FunctionalInterface
  public interface FileOwners {
    /** The numeric user id; links are followed. */
    int of(Path file) throws IOException;

    /** As the system says it. */
    static int ofSystem(Path file) throws IOException {
      return (int) Files.getAttribute(file, "unix:uid");
    }
  }

  /** Where a file of {@code /} is. */
  Path path(String absolute) {
    return root.resolve(absolute.substring(1));
  }

  /** What a file of {@code /} says; empty if it is not there or closed to us. */
  Optional<String> text(String absolute) {
    return textOf(path(absolute));
  }

  /** The lines of a file of {@code /}; none if it cannot be read. */
  List<String> lines(String absolute) {
    return text(absolute).map(text -> text.lines().toList()).orElse(List.of());
  }

  /** What any file says. Those of /proc tell their length only at their end. */
  static Optional<String> textOf(Path file) {
    try (var in = Files.newInputStream(file)) {
      return Optional.of(new String(in.readNBytes(TEXT_BYTES_MAX), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Where a link of {@code /} points; empty if it is none or closed to us. */
  Optional<String> link(String absolute) {
    try {
      return Optional.of(Files.readSymbolicLink(path(absolute)).toString());
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** Who owns a file of {@code /}. */
  Optional<Integer> owner(String absolute) {
    try {
      return Optional.of(owners.of(path(absolute)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A variable that is set and not empty. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }
}

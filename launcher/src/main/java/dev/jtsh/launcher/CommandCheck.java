// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks whether what stands behind {@code --} can be started, before anybody is asked to approve
 * anything for it. The answers and their numbers are a shell's.
 */
final class CommandCheck {
  private static final String USUAL_PATH = "/usr/local/bin:/usr/bin:/bin";

  private CommandCheck() {}

  /** Why a command cannot run. */
  record Failure(ExitCode code, SafeText reason, SafeText hint) {}

  /**
   * What is wrong with it.
   *
   * @param command program and arguments; empty means a shell
   * @param environment the one it will have
   */
  static Optional<Failure> of(List<String> command, Map<String, String> environment) {
    if (command.isEmpty()) {
      return Optional.empty();
    }
    String name = command.getFirst();
    try {
      return name.contains("/") ? ofFile(name) : ofName(name, environment);
    } catch (InvalidPathException e) {
      return Optional.of(notFound(name, SafeText.empty()));
    }
  }

  private static Optional<Failure> ofFile(String name) {
    Path file = Path.of(name);
    if (!Files.exists(file)) {
      return Optional.of(notFound(name, SafeText.empty()));
    }
    return isProgram(file)
        ? Optional.empty()
        : Optional.of(
            new Failure(
                ExitCode.CANNOT_START,
                SafeText.format("{} cannot be executed", SafeText.of(name)),
                Files.isDirectory(file)
                    ? SafeText.literal("it is a directory")
                    : SafeText.literal("chmod +x lets it be, where it is a program of yours")));
  }

  private static Optional<Failure> ofName(String name, Map<String, String> environment) {
    for (String directory : environment.getOrDefault("PATH", USUAL_PATH).split(":", -1)) {
      if (!name.isEmpty() && isProgram(Path.of(directory).resolve(name))) {
        return Optional.empty();
      }
    }
    return Optional.of(
        notFound(
            name, SafeText.literal("check its name, or give its path; PATH does not have it")));
  }

  private static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  private static Failure notFound(String name, SafeText hint) {
    return new Failure(
        ExitCode.COMMAND_NOT_FOUND,
        SafeText.format("{}: the command was not found", SafeText.of(name)),
        hint);
  }
}

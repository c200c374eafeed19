// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which shell a session opens: {@code $SHELL}, else the one of the user's passwd entry, else {@code
 * /bin/bash}, else {@code /bin/sh}.
 *
 * @param program absolute path of an executable file
 * @param unusable what {@code $SHELL} says when it cannot be used, to tell the person
 */
record ShellChoice(Path program, Optional<String> unusable) {

  /**
   * Chooses.
   *
   * @param wanted the value of {@code SHELL}
   * @param ofUser the shell of the passwd entry
   * @throws SettingsException when not even {@code /bin/sh} is there
   */
  static ShellChoice of(@Nullable String wanted, Optional<String> ofUser) {
    Optional<String> given = Optional.ofNullable(wanted).filter(shell -> !shell.isEmpty());
    if (given.isPresent() && usable(given.get())) {
      return new ShellChoice(Path.of(given.get()), Optional.empty());
    }
    List<String> rest = new ArrayList<>();
    ofUser.ifPresent(rest::add);
    rest.add("/bin/bash");
    rest.add("/bin/sh");
    for (String candidate : rest) {
      if (usable(candidate)) {
        return new ShellChoice(Path.of(candidate), given);
      }
    }
    throw new SettingsException("no shell found: set SHELL to the path of one");
  }

  private static boolean usable(String candidate) {
    try {
      Path path = Path.of(candidate);
      return path.isAbsolute() && Files.isRegularFile(path) && Files.isExecutable(path);
    } catch (java.nio.file.InvalidPathException e) {
      return false;
    }
  }
}

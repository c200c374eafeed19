// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.CurrentUser;
import dev.jtsh.nativebindings.SealedFile;
import dev.jtsh.nativebindings.TemporaryFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The kubeconfig of the session whose shell this process was started from. */
final class ShellKubeconfig {
  private ShellKubeconfig() {}

  /** Whether the environment is that of a session's shell. */
  static boolean isInside(Map<String, String> environment) {
    return !environment.getOrDefault("JTSH_SESSION", "").isEmpty();
  }

  /**
   * The sealed kubeconfig of this user that a session's shell names; not anybody's file. A closed
   * descriptor's number may be that of another file of this very process by now (rule 13).
   */
  static Optional<Path> find(Map<String, String> environment) {
    if (!isInside(environment)) {
      return Optional.empty();
    }
    for (String place : places(environment)) {
      try {
        Path path = Path.of(place);
        boolean sealed = SealedFile.at(path).filter(SealedFile::complete).isPresent();
        if (sealed && Integer.valueOf(CurrentUser.uid()).equals(owner(path))) {
          return Optional.of(path);
        }
      } catch (IOException | RuntimeException e) {
        // Gone, or not ours: the next place may be better.
      }
    }
    return Optional.empty();
  }

  /** The file that a running {@code jtsh proxy kube} without a shell has written for its user. */
  static Optional<Path> inFile(Map<String, String> environment) {
    String place = environment.getOrDefault("KUBECONFIG", "");
    try {
      return Optional.of(place)
          .filter(one -> !one.isEmpty())
          .map(Path::of)
          .filter(TemporaryFile::isOneOfThisUser);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Where the shell of a session has its kubeconfig. */
  static List<String> places(Map<String, String> environment) {
    return Stream.of("KUBECONFIG", "JTSH_KUBECONFIG")
        .map(name -> environment.getOrDefault(name, ""))
        .filter(place -> place.startsWith("/proc/"))
        .toList();
  }

  private static Object owner(Path path) throws IOException {
    return Files.getAttribute(path, "unix:uid");
  }
}

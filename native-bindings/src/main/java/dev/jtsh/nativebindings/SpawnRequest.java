// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.util.List;
import java.util.Map;

/**
 * What to start and how.
 *
 * @param file the program's path, with at least one slash: nothing is looked up by PATH
 * @param argv its arguments, beginning with its own name
 * @param environment its whole environment
 * @param descriptors its descriptor numbers to ours; 0, 1 and 2 are inherited unless named here,
 *     every other is closed
 * @param parentDeathHangup whether the child shall get SIGHUP when the thread that spawns it dies,
 *     for example because jtsh was killed; needs a platform thread, and util-linux on the system
 */
public record SpawnRequest(
    String file,
    List<String> argv,
    Environment environment,
    Map<Integer, Integer> descriptors,
    boolean parentDeathHangup) {
  /** Checks and copies. */
  public SpawnRequest {
    if (file.indexOf('/') < 0) {
      throw new IllegalArgumentException("a program to start needs a path, not a name: " + file);
    }
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("a program needs its name as first argument");
    }
    argv = List.copyOf(argv);
    descriptors = Map.copyOf(descriptors);
    descriptors.forEach((child, own) -> {
      if (child < 0 || child > 255 || own < 0) {
        throw new IllegalArgumentException("descriptor " + own + " as " + child);
      }
    });
  }

  /** Without a hangup at the parent's death. */
  public SpawnRequest(
      String file, List<String> argv, Environment environment, Map<Integer, Integer> descriptors) {
    this(file, argv, environment, descriptors, false);
  }
}

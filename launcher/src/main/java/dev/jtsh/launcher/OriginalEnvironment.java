// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.Environment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The environment as the person had it. The start script takes away what could load foreign code
 * into this process and keeps it under {@code JTSH_ORIGINAL_*} (rule 19 of the threat model); the
 * shell of the session gets it back unchanged.
 */
public final class OriginalEnvironment {
  /** In front of the name of each variable that the start script took away. */
  static final String KEPT = "JTSH_ORIGINAL_";

  private static final String OWN_NAME = "GLIBC_TUNABLES";

  /** As in the start script, where it says why. */
  private static final String OWN_VALUE = "glibc.malloc.arena_max=2";

  private OriginalEnvironment() {}

  /** Whether the start script has set it, for jtsh alone. */
  public static boolean isOwn(String name, String value) {
    return name.equals(OWN_NAME) && value.equals(OWN_VALUE);
  }

  /** The variables with those kept by the start script put back in their places. */
  public static Map<String, String> of(Map<String, String> environment) {
    Map<String, String> original = new LinkedHashMap<>();
    environment.forEach((name, value) -> {
      if (!name.startsWith(KEPT) && !isOwn(name, value)) {
        original.put(name, value);
      }
    });
    environment.forEach((name, value) -> {
      if (name.startsWith(KEPT)) {
        original.put(name.substring(KEPT.length()), value);
      }
    });
    return original;
  }

  /** The same for a child's environment, which is kept as bytes. */
  static Environment forChild(Environment environment) {
    boolean own = isOwn(OWN_NAME, System.getenv().getOrDefault(OWN_NAME, ""));
    return (own ? environment.without(OWN_NAME) : environment).withoutPrefix(KEPT);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.launcher.OriginalEnvironment;
import dev.jtsh.protocol.text.SafeText;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Variables that load code into programs or choose it (rule 19). */
final class EnvironmentCheck implements Check {
  private static final String KEPT = "JTSH_ORIGINAL_";
  private static final Set<String> NAMES =
      Set.of(
          "JAVA_TOOL_OPTIONS",
          "_JAVA_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "JAVA_OPTIONS",
          "CLASSPATH",
          "OPENSSL_CONF",
          "OPENSSL_MODULES",
          "OPENSSL_ENGINES",
          "SSLKEYLOGFILE",
          "GLIBC_TUNABLES");

  private final Machine machine;

  EnvironmentCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String id() {
    return "environment";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("environment");
  }

  @Override
  public Outcome look() {
    TreeSet<String> inForce = new TreeSet<>();
    TreeSet<String> kept = new TreeSet<>();
    for (Map.Entry<String, String> variable : machine.raw().entrySet()) {
      String name = variable.getKey();
      if (variable.getValue().isEmpty() || OriginalEnvironment.isOwn(name, variable.getValue())) {
        continue;
      }
      if (loadsCode(name)) {
        inForce.add(name);
      } else if (name.startsWith(KEPT) && loadsCode(name.substring(KEPT.length()))) {
        kept.add(name.substring(KEPT.length()));
      }
    }
    if (!inForce.isEmpty()) {
      return new Outcome.Fail(
          SafeText.format("{} in force", SafeText.of(String.join(", ", inForce))),
          SafeText.literal("foreign code may be in the process that holds the keys"),
          SafeText.literal("start jtsh with its own start script, which takes them away"));
    }
    if (!kept.isEmpty()) {
      return new Outcome.Warning(
          SafeText.format("{} set", SafeText.of(String.join(", ", kept))),
          SafeText.literal("kept away from jtsh, but the shell and kubectl of a session get it"),
          SafeText.literal("unset it unless you need it"));
    }
    return new Outcome.Ok(
        SafeText.literal("nothing that loads code"),
        SafeText.literal("jtsh starts with the libraries of its package and the system"));
  }

  private static boolean loadsCode(String name) {
    return name.startsWith("LD_") || NAMES.contains(name);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attack 19: the start script keeps from jtsh what loads foreign code, and what it took away comes
 * back in full. The script is the built one's source; a program that shows its environment stands
 * in the place of Java.
 */
@Timeout(60)
class Attack19OriginalEnvironmentIT {
  private static final Path SCRIPT = Path.of("src", "main", "sh", "program.sh");

  /** Everything the script takes away, and more that it leaves. */
  private static final List<String> NAMES =
      List.of(
          "LD_LIBRARY_PATH",
          "LD_BIND_NOW",
          "JAVA_TOOL_OPTIONS",
          "_JAVA_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "CLASSPATH",
          "OPENSSL_CONF",
          "OPENSSL_MODULES",
          "OPENSSL_ENGINES",
          "SSL_CERT_FILE",
          "SSL_CERT_DIR",
          "SSLKEYLOGFILE",
          "GLIBC_TUNABLES",
          "MALLOC_CHECK_",
          "EDITOR");

  @TempDir Path directory;

  private Map<String, String> seenByJava(Map<String, String> environment) throws Exception {
    Path java = directory.resolve("java");
    Files.writeString(java, "#!/bin/sh\nexec /usr/bin/env -0\n");
    Path script = directory.resolve("jtsh");
    Files.writeString(
        script,
        Files.readString(SCRIPT)
            .replace("@JAVA@", java.toString())
            .replace("@MAIN@", Main.class.getName()));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    ProcessBuilder start = new ProcessBuilder("/bin/sh", script.toString(), "proxy", "kube");
    start.environment().clear();
    start.environment().putAll(environment);
    Process process = start.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Map<String, String> seen = new HashMap<>();
    for (String entry :
        new String(process.getInputStream().readAllBytes(), UTF_8).split("\0", -1)) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        seen.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    assertThat(process.waitFor()).isZero();
    return seen;
  }

  @Test
  void whatTheScriptTookAwayComesBackInFull() throws Exception {
    Map<String, String> persons = new HashMap<>();
    NAMES.forEach(name -> persons.put(name, "a '\"$(x)`y` \\ b\n" + name + "; ü=*  "));
    persons.put("LD_DEBUG", ""); // Set and empty is not unset.
    Map<String, String> seen = seenByJava(persons);

    assertThat(seen).containsEntry("EDITOR", persons.get("EDITOR"));
    assertThat(seen).doesNotContainKeys("LD_LIBRARY_PATH", "JAVA_TOOL_OPTIONS", "OPENSSL_CONF");
    assertThat(seen).containsEntry("GLIBC_TUNABLES", "glibc.malloc.arena_max=2");
    Map<String, String> given = OriginalEnvironment.of(seen);
    assertThat(given).containsAllEntriesOf(persons);
    given.keySet().removeAll(persons.keySet());
    assertThat(given.keySet()).as("what a shell sets for itself").isSubsetOf("PWD", "SHLVL", "_");
  }

  @Test
  void whatWasNotSetIsNotGiven() throws Exception {
    assertThat(OriginalEnvironment.of(seenByJava(Map.of("EDITOR", "vi"))).keySet())
        .isSubsetOf("EDITOR", "PWD", "SHLVL", "_");
  }
}

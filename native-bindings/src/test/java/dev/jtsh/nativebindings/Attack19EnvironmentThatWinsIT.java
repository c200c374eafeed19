// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Variables that would change which libcrypto holds the keys, or what it loads. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Attack19EnvironmentThatWinsIT {
  @TempDir Path directory;

  @Test
  void theConfigurationFileOfTheEnvironmentIsNotRead() throws Exception {
    // With it, no algorithm would be found: none here has the property fips=yes.
    Path file =
        Files.writeString(
            directory.resolve("openssl.cnf"),
            """
            openssl_conf = start
            [start]
            alg_section = algorithms
            [algorithms]
            default_properties = fips=yes
            """);
    Map<String, String> variables = Map.of("OPENSSL_CONF", file.toString());
    try (SubjectProcess subject =
        SubjectProcess.start(List.of(), variables, "generate", "EC_P256")) {
      assertThat(subject.line()).isEqualTo("-----BEGIN PRIVATE KEY-----");
      subject.finish();
    }

    Path openssl = Path.of("/usr/bin/openssl");
    assumeTrue(Files.isExecutable(openssl), "the counter-check needs the openssl program");
    ProcessBuilder heeding =
        new ProcessBuilder(
            openssl.toString(),
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-out",
            directory.resolve("key").toString());
    heeding.environment().putAll(variables);
    heeding.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    assertThat(heeding.start().waitFor()).as("the file does what it is meant to").isNotZero();
  }

  @Test
  void aLibraryOfTheSameNameElsewhereIsNotLoaded() throws Exception {
    Files.writeString(directory.resolve("libcrypto.so.3"), "no library at all");
    Map<String, String> variables = Map.of("LD_LIBRARY_PATH", directory.toString());
    try (SubjectProcess subject =
        SubjectProcess.start(List.of(), variables, "generate", "EC_P256")) {
      String line = subject.line();
      while (!line.startsWith("arena ")) {
        line = subject.line();
      }
      assertThat(Files.readAllLines(Path.of("/proc/" + subject.pid() + "/maps")))
          .filteredOn(mapping -> mapping.contains("libcrypto"))
          .isNotEmpty()
          .allMatch(mapping -> mapping.matches(".* /(usr/)?lib(64)?/.*"));
      subject.finish();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules on the source tree itself that no compiler checks. */
class TidyTest {
  private static final Path ROOT = Path.of(System.getProperty("jtsh.root", "../.."));

  private static List<Path> sources(String... endings) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
          .filter(file -> !file.toString().contains("/target/"))
          .filter(file -> !file.toString().contains("/.git/"))
          .toList();
    }
  }

  private static List<String> linesThatMatch(Pattern banned, String... endings) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources(endings)) {
      if (file.getFileName().toString().equals("TidyTest.java")) {
        continue;
      }
      for (String line : Files.readAllLines(file)) {
        if (banned.matcher(line).find()) {
          found.add(ROOT.relativize(file) + ": " + line.strip());
        }
      }
    }
    return found;
  }

  @Test
  void everyJavaFileStartsWithItsLicence() throws IOException {
    List<Path> without = new ArrayList<>();
    for (Path file : sources(".java")) {
      if (file.toString().contains("/generated/")) {
        continue;
      }
      try (var lines = Files.lines(file)) {
        if (!lines.findFirst().orElse("").equals("// SPDX-License-Identifier: Apache-2.0")) {
          without.add(file);
        }
      }
    }
    assertThat(without).isEmpty();
  }

  @Test
  void nothingIsLeftForLaterInTheCode() throws IOException {
    assertThat(linesThatMatch(Pattern.compile("\\b(TODO|FIXME|XXX)\\b"), ".java", ".sh", ".go"))
        .isEmpty();
  }

  @Test
  void verificationOfCertificatesIsNeverTurnedOff() throws IOException {
    assertThat(
            linesThatMatch(
                Pattern.compile(
                    "InsecureTrustManagerFactory|insecure-skip-tls-verify|InsecureSkipVerify"),
                ".java",
                ".go",
                ".sh"))
        .isEmpty();
  }

  @Test
  void noPlaceOfABuildMachineIsNamed() throws IOException {
    assertThat(
            linesThatMatch(
                Pattern.compile("(?:^|[^A-Za-z0-9_.])/(?:work|root|farm)/"),
                ".java",
                ".md",
                ".xml",
                ".sh",
                ".go",
                "/dev"))
        .isEmpty();
  }
}

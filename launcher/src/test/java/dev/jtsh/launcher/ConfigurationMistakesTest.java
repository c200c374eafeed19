// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person may do to {@code config.yaml}: the file is named, and what is wrong with it. */
class ConfigurationMistakesTest {
  @TempDir Path home;

  private Path file = Path.of("");

  @BeforeEach
  void place() throws IOException {
    file = home.resolve(".config/jtsh/config.yaml");
    Files.createDirectories(home.resolve(".config/jtsh"));
  }

  private String said(Map<String, String> environment) {
    RunOfMain run =
        RunOfMain.of(home, Instant.EPOCH, environment, "--headless", "proxy", "kube", "c1");
    assertThat(run.status).isEqualTo(ExitCode.USAGE.status());
    assertThat(run.err)
        .startsWith("ERROR: ")
        .doesNotContain("Exception", "java", "null", "should not happen");
    return run.err;
  }

  @ParameterizedTest
  @CsvSource({
    "'proxy: a\nusr: bob\n', unknown setting \"usr\"; known: proxy",
    "'proxy:\ta\n\tuser: bob\n', line 1 is not valid YAML",
    "'proxy: a\nproxy: b\n', line 2 is not valid YAML",
    "'proxy: [a]\n', proxy must be a text",
    "'proxy: 5\n', proxy must be a text",
    "'proxy localhost\n', must hold lines such as",
    "'proxy: a\nuser: b\nca_file: \"x\\0\"\n', CA file",
  })
  void aMistakeIsNamed(String text, String words) throws IOException {
    Files.writeString(file, text);

    assertThat(said(Map.of())).contains(words);
  }

  @Test
  void aFileThatIsNoTextIsNamed() throws IOException {
    Files.write(file, "proxy: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(said(Map.of())).contains(file + ": it is no text in UTF-8");
  }

  @Test
  void aDirectoryInItsPlaceIsNamed() throws IOException {
    Files.createDirectory(file);

    assertThat(said(Map.of())).contains(file + " is a directory");
  }

  @Test
  void aFileOfAnotherKindIsNamedByItsSize() throws IOException {
    Files.write(file, new byte[100_000]);

    assertThat(said(Map.of())).contains("larger than 64 KiB");
  }

  @Test
  void noFileAtAllIsNoMistake() throws IOException {
    Files.delete(file.getParent());
    Files.delete(home.resolve(".config"));
    Files.createFile(home.resolve(".config"));

    assertThat(said(Map.of())).contains("missing proxy and user");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "relative", "./here"})
  void aHomeThatIsNoPlaceIsNotLookedForInTheCurrentDirectory(String named) {
    assertThat(Outside.home(Map.of("HOME", named))).isAbsolute();

    Map<String, String> environment = new HashMap<>();
    environment.put("XDG_CONFIG_HOME", named);
    assertThat(ConfigurationFile.places(environment, home)).allMatch(Path::isAbsolute);
  }

  @Test
  void aCaFileThatIsNoneIsNamed() throws IOException {
    Files.writeString(file, "proxy: a\nuser: b\nca_file: %s\n".formatted(home));

    assertThat(said(Map.of())).contains(home + " is a directory");
  }
}

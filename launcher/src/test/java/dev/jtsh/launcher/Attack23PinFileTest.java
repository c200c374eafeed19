// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.client.HostPins;
import dev.jtsh.client.ProxyAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attack 23: what root says about the authorities of clusters holds, whatever a person is talked
 * into; and nobody else says it.
 */
class Attack23PinFileTest {
  private static final String ONE = "sha256:" + "1".repeat(64);
  private static final String TWO = "sha256:" + "2".repeat(64);
  private static final ProxyAddress PROXY = ProxyAddress.parse("proxy.example.com:443");
  private static final PinFile.Right ROOTS_DIRECTORY = new PinFile.Right(0, 040755);
  private static final PinFile.Right ROOTS_FILE = new PinFile.Right(0, 0100644);

  @TempDir Path machine;

  @Test
  void noOptionVariableOrFileOfAPersonTakesTheMachinesPinAway() throws Exception {
    PinFile pins = read("proxy.example.com: " + ONE);
    for (HostPins all :
        List.of(
            settings(List.of(TWO), Map.of(), Map.of(), pins),
            settings(List.of(), Map.of("JTSH_CA_PIN", TWO), Map.of(), pins),
            settings(List.of(), Map.of(), Map.of("ca_pin", TWO), pins),
            settings(List.of(), Map.of(), Map.of(), pins))) {
      assertThat(all.sources().toString()).contains("jtsh-pins.yaml");
      assertThat(all.isEmpty()).isFalse();
    }
  }

  @Test
  void theFirstOfThePersonsOwnPlacesCounts() throws Exception {
    PinFile none = PinFile.read(machine.resolve("none.yaml"), PinFile.Rights::ofSystem);
    Map<String, String> variable = Map.of("JTSH_CA_PIN", ONE + ", " + TWO);
    Map<String, String> key = Map.of("ca_pin", ONE);

    assertThat(settings(List.of(ONE), variable, key, none).sources().toString())
        .isEqualTo("--ca-pin");
    assertThat(settings(List.of(), variable, key, none).sources().toString())
        .isEqualTo("JTSH_CA_PIN");
    assertThat(settings(List.of(), Map.of(), key, none).sources().toString())
        .isEqualTo("ca_pin of the configuration file");
    assertThat(settings(List.of(), Map.of(), Map.of(), none).isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha1:11",
        "sha256:1111",
        "1111111111111111111111111111111111111111",
        "off",
        "*",
        "sha256:gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg"
      })
  void whatIsNoPinIsRefusedAndNotLeftOut(String text) {
    PinFile none = PinFile.read(machine.resolve("none.yaml"), PinFile.Rights::ofSystem);

    assertThatThrownBy(() -> settings(List.of(ONE, text), Map.of(), Map.of(), none))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("--ca-pin");
    assertThatThrownBy(() -> read("proxy.example.com: ['%s']".formatted(text)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("proxy.example.com");
  }

  /** Mode and owner of the file, then of its directory. */
  @ParameterizedTest
  @CsvSource({
    "1000, 0100644, 0, 040755, it must",
    "0, 0100664, 0, 040755, it must",
    "0, 0100646, 0, 040755, it must",
    "0, 0100644, 1000, 040755, must be root's",
    "0, 0100644, 0, 040775, must be root's",
    "0, 0100644, 0, 041777, must be root's"
  })
  void aFileThatOthersCanChangeIsRefused(
      int uid, String mode, int directoryUid, String directoryMode, String words) throws Exception {
    Path file = written("proxy.example.com: " + ONE);
    PinFile.Right ofFile = new PinFile.Right(uid, Integer.parseInt(mode, 8));
    PinFile.Right ofDirectory = new PinFile.Right(directoryUid, Integer.parseInt(directoryMode, 8));

    assertThatThrownBy(() ->
            PinFile.read(
                file,
                path ->
                    path.endsWith("jtsh-pins.yaml")
                        ? ofFile
                        : path.equals(file.getParent()) ? ofDirectory : ROOTS_DIRECTORY))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("is not trusted")
        .hasMessageContaining(words);
  }

  /** Both the way to the link and the way to what it points to. */
  @Test
  void aLinkToAFileOfSomebodyElsesIsRefused() throws Exception {
    Path theirs = Files.writeString(machine.resolve("theirs.yaml"), "proxy.example.com: " + ONE);
    Path link = Files.createSymbolicLink(machine.resolve("jtsh-pins.yaml"), theirs);
    List<Path> asked = new ArrayList<>();

    assertThatThrownBy(() ->
            PinFile.read(
                link,
                path -> {
                  asked.add(path);
                  return path.equals(link)
                      ? new PinFile.Right(0, 0120777)
                      : path.endsWith("theirs.yaml")
                          ? new PinFile.Right(1000, 0100644)
                          : ROOTS_DIRECTORY;
                }))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("theirs.yaml");
    assertThat(asked).contains(link, Path.of("/"));
  }

  @Test
  void theSystemSaysWhoOwnsAFile() throws IOException {
    Path file = written("");

    assertThat(PinFile.Rights.ofSystem(file).uid()).isEqualTo(Files.getAttribute(file, "unix:uid"));
    assertThat(PinFile.Rights.ofSystem(Path.of("/")).mode() & 0170000).isEqualTo(040000);
  }

  @Test
  void aProxyIsFoundByHostByPortAndByTheStar() throws Exception {
    PinFile pins =
        read(
            """
            # comments are welcome
            Proxy.Example.com: %1$s
            proxy.example.com:8443: [%2$s]
            "2001:db8::1": %1$s
            """
                .formatted(ONE, TWO)
                .replace("\"2001:db8::1\"", "\"[2001:db8::1]\""));

    assertThat(pinsOf(pins, "proxy.example.com:443")).containsExactly(ONE);
    assertThat(pinsOf(pins, "proxy.example.com.:443")).containsExactly(ONE);
    assertThat(pinsOf(pins, "proxy.example.com:8443")).containsExactly(TWO);
    assertThat(pinsOf(pins, "[2001:db8::1]:3080")).containsExactly(ONE);
    assertThat(pins.about(ProxyAddress.parse("other.example.com:443"))).isEmpty();

    PinFile star = read("proxy.example.com: %s\n'*': [%s, %s]".formatted(ONE, ONE, TWO));
    assertThat(pinsOf(star, "proxy.example.com:443")).containsExactly(ONE);
    assertThat(pinsOf(star, "other.example.com:443")).containsExactlyInAnyOrder(ONE, TWO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "just text",
        "[a, b]",
        "proxy.example.com:",
        "proxy.example.com: []",
        "proxy.example.com: 1",
        "proxy.example.com: {a: b}",
        "'not a proxy': x",
        "proxy.example.com: [",
      })
  void aFileThatCannotBeUnderstoodLetsNothingPass(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(SettingsException.class);
  }

  @Test
  void aProxyThatIsNamedTwiceIsRefused() {
    assertThatThrownBy(() -> read("a.example: %s\na.example: %s".formatted(ONE, TWO)))
        .isInstanceOf(SettingsException.class);
  }

  private static HostPins settings(
      List<String> options,
      Map<String, String> environment,
      Map<String, String> configuration,
      PinFile machine) {
    return PinSettings.of(options, environment, configuration, machine).of(PROXY);
  }

  private static Iterable<String> pinsOf(PinFile pins, String proxy) {
    return pins.about(ProxyAddress.parse(proxy)).orElseThrow().pins();
  }

  private PinFile read(String text) throws IOException {
    return PinFile.read(
        written(text), path -> path.endsWith("jtsh-pins.yaml") ? ROOTS_FILE : ROOTS_DIRECTORY);
  }

  private Path written(String text) throws IOException {
    return Files.writeString(machine.resolve("jtsh-pins.yaml"), text);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.nativebindings.CryptoLibrary;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenSslCheckTest {
  private static final String SHA256_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private final FakeProcess self = new FakeProcess();
  private @TempDir Path folder;

  private Outcome look(String content, String measured) throws Exception {
    Path library = folder.resolve("libcrypto.so.3");
    Files.writeString(library, content);
    self.crypto = Optional.of(new CryptoLibrary(library, "3.0.9"));
    return new OpenSslCheck(self, MeasuredLibraries.parse(measured)).look();
  }

  @Test
  void buildThatWasMeasuredIsOk() throws Exception {
    assertThat(look("abc", "# comment\n\n" + SHA256_OF_ABC + "  3.0.9  Somewhere 1\n"))
        .isInstanceOf(Outcome.Ok.class);
  }

  @Test
  void sameVersionFromAnotherBuildIsNotMeasured() throws Exception {
    assertThat(look("abd", SHA256_OF_ABC + "  3.0.9  Somewhere 1\n"))
        .isInstanceOf(Outcome.NotMeasured.class);
  }

  @Test
  void systemWithoutItFails() {
    self.crypto = Optional.empty();
    assertThat(new OpenSslCheck(self, MeasuredLibraries.parse("")).look())
        .isInstanceOf(Outcome.Fail.class);
  }

  @Test
  void libraryThatCannotBeReadIsNoAnswer() {
    self.crypto = Optional.of(new CryptoLibrary(folder.resolve("gone"), "3.0.9"));
    assertThatThrownBy(() -> new OpenSslCheck(self, MeasuredLibraries.parse("")).look())
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void listOfThisVersionHoldsDigestsOnly() throws Exception {
    Path any = folder.resolve("any");
    Files.writeString(any, "no library");
    assertThat(MeasuredLibraries.ofThisVersion().has(any)).isFalse();
    assertThat(MeasuredLibraries.ofThisVersion().digests())
        .isNotEmpty()
        .allMatch(digest -> digest.matches("[0-9a-f]{64}"));
  }
}

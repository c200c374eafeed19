// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.nativebindings.MemoryLock;
import dev.jtsh.nativebindings.MlockMode;
import dev.jtsh.nativebindings.SecretPlace;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessGuardTest {
  private static final MemoryLock INCOMPLETE =
      new MemoryLock.Incomplete(List.of(SecretPlace.ARENA, SecretPlace.KEYS), 4096);

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final List<MlockMode> asked = new ArrayList<>();

  private Optional<ExitCode> check(
      Map<String, String> environment, boolean headless, MlockMode mode, MemoryLock result) {
    PrintStream printing = new PrintStream(said, true, StandardCharsets.UTF_8);
    ProcessGuard guard =
        new ProcessGuard(
            environment,
            wanted -> {
              asked.add(wanted);
              return result;
            },
            new Console(printing, printing));
    return guard.check(headless, mode);
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"LD_PRELOAD", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "OPENSSL_CONF"})
  void attack19ForeignCodeThatCameAroundTheScriptIsRefusedBeforeAnythingIsLocked(String name) {
    assertThat(check(Map.of(name, "x"), true, MlockMode.AUTO, INCOMPLETE))
        .contains(ExitCode.FOREIGN_CODE);
    assertThat(said()).startsWith("ERROR: ").contains(name).contains("unset it");
    assertThat(asked).isEmpty();
  }

  @Test
  void whatTheScriptTookAwayIsSaidInOneLineAndNothingElseIs() {
    Map<String, String> environment =
        Map.of("JTSH_ORIGINAL_LD_PRELOAD", "x", "JTSH_ORIGINAL_SSL_CERT_FILE", "y", "HOME", "/h");
    assertThat(check(environment, true, MlockMode.BEST_EFFORT, new MemoryLock.SecretsOnly()))
        .isEmpty();
    assertThat(said()).isEqualTo("jtsh itself runs without LD_PRELOAD; the shell gets it back.\n");
  }

  @Test
  void strictEndsWithItsCodeAndSaysWhatWouldHelp() {
    assertThat(check(Map.of(), true, MlockMode.STRICT, INCOMPLETE))
        .contains(ExitCode.MEMORY_NOT_LOCKED);
    assertThat(said())
        .contains("passwords, tokens and certificates; private keys")
        .contains("4096 bytes")
        .contains("--mlock=best_effort");
  }

  @Test
  void bestEffortWarnsNamesWhatIsUnlockedAndGoesOn() {
    assertThat(check(Map.of(), true, MlockMode.BEST_EFFORT, INCOMPLETE)).isEmpty();
    assertThat(said()).startsWith("WARNING: ").contains("private keys").contains("4096 bytes");
  }

  @ParameterizedTest
  @EnumSource(
      value = MlockMode.class,
      names = {"BEST_EFFORT", "STRICT"})
  void aPromiseThatIsKeptIsNotTalkedAbout(MlockMode mode) {
    assertThat(check(Map.of(), false, mode, new MemoryLock.WholeProcess())).isEmpty();
    assertThat(check(Map.of(), false, mode, new MemoryLock.SecretsOnly())).isEmpty();
    assertThat(said()).isEmpty();
  }
}

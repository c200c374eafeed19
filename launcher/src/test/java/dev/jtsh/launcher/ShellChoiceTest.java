// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShellChoiceTest {
  @Test
  void theShellOfTheEnvironmentComesFirst() {
    ShellChoice choice = ShellChoice.of("/bin/sh", Optional.of("/bin/bash"));

    assertThat(choice.program()).isEqualTo(Path.of("/bin/sh"));
    assertThat(choice.unusable()).isEmpty();
  }

  @Test
  void withoutOneThePasswdEntryDecides() {
    assertThat(ShellChoice.of(null, Optional.of("/bin/sh")).program())
        .isEqualTo(Path.of("/bin/sh"));
    assertThat(ShellChoice.of("", Optional.empty()).program()).isEqualTo(Path.of("/bin/bash"));
  }

  @Test
  void aWrongShellIsToldAndReplaced() {
    ShellChoice choice = ShellChoice.of("/no/such/shell", Optional.of("/also/none"));

    assertThat(choice.unusable()).contains("/no/such/shell");
    assertThat(choice.program()).isEqualTo(Path.of("/bin/bash"));
  }

  @Test
  void aDirectoryOrARelativeNameIsNoShell() {
    assertThat(ShellChoice.of("/tmp", Optional.empty()).unusable()).contains("/tmp");
    assertThat(ShellChoice.of("bash", Optional.empty()).unusable()).contains("bash");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 13: root gets a descriptor of its own while jtsh waits, never a path that stays. */
class Attack13RootAndThePathByPidTest {
  @Test
  void rootOpensTheKubeconfigFirstAndKeepsNoPath() {
    SudoCommand sudo =
        SudoCommand.of(List.of("sudo", "-n", "-p", "word", "kubectl", "get", "-A")).orElseThrow();
    List<String> words = sudo.withDescriptor(12, 34);
    assertThat(words).startsWith("sudo", "-n", "-p", "word", "--", "/bin/sh", "-c");
    assertThat(words).endsWith("sh", "/proc/12/fd/34", "kubectl", "get", "-A");
    assertThat(words.get(7)).startsWith("exec 3<\"$1\"").contains("KUBECONFIG=/proc/self/fd/3");
  }

  @Test
  void whatIsNotSudoIsLeftAlone() {
    assertThat(SudoCommand.of(List.of("kubectl", "sudo"))).isEmpty();
    assertThat(SudoCommand.of(List.of())).isEmpty();
    assertThat(SudoCommand.of(List.of("/usr/bin/sudo", "--", "id"))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-b", "-u", "-i", "-s", "-e", "-C", "--user=x", "--background", "-nb"})
  void sudoInTheBackgroundOrForOthersIsRefused(String option) {
    assertThatThrownBy(() -> SudoCommand.of(List.of("sudo", option, "kubectl")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(option);
  }

  @Test
  void sudoWithoutACommandOrWithVariablesIsRefused() {
    assertThatThrownBy(() -> SudoCommand.of(List.of("sudo", "-n")))
        .isInstanceOf(SettingsException.class);
    assertThatThrownBy(() -> SudoCommand.of(List.of("sudo", "-p")))
        .isInstanceOf(SettingsException.class);
    assertThatThrownBy(() -> SudoCommand.of(List.of("sudo", "KUBECONFIG=/x", "kubectl")))
        .isInstanceOf(SettingsException.class);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What scripts read: the words are fixed. */
class KubeconfigFormatTest {
  private static final String ADDRESS = "127.0.0.1:8443";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "unix | /tmp/kubeconfig-1 | export KUBECONFIG=/tmp/kubeconfig-1",
        "unix | /tmp/a b'c | export KUBECONFIG='/tmp/a b'\\''c';",
        "fish | /tmp/kubeconfig-1 | set -gx KUBECONFIG '/tmp/kubeconfig-1';",
        "text | /tmp/kubeconfig-1 | KUBECONFIG=/tmp/kubeconfig-1",
        "powershell | /tmp/kubeconfig-1 | $Env:KUBECONFIG=\"/tmp/kubeconfig-1\"",
        "powershell | /tmp/a b'$(c) | $Env:KUBECONFIG = '/tmp/a b''$(c)'",
        "command_prompt | C:\\Temp\\kubeconfig-1 | set KUBECONFIG=C:\\Temp\\kubeconfig-1",
      })
  void eachShellReadsThePathAsItIs(KubeconfigFormat format, String path, String line) {
    assertThat(format.document(path, ADDRESS).strip()).isEqualTo(line);
  }

  @Test
  void documentsNamePathAndAddress() {
    assertThat(KubeconfigFormat.json.document("/tmp/k", ADDRESS))
        .contains("\"kubeconfig\"", "\"/tmp/k\"", "\"address\"", ADDRESS);
    assertThat(KubeconfigFormat.yaml.document("/tmp/k", ADDRESS))
        .contains("kubeconfig:", "/tmp/k", ADDRESS);
  }

  @Test
  void whatTheCommandPromptWouldRunIsRefused() {
    assertThatThrownBy(() -> KubeconfigFormat.command_prompt.document("C:\\a&calc", ADDRESS))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void theOptionIsTypedWithAHyphen() {
    assertThat(KubeconfigFormat.command_prompt).hasToString("command-prompt");
  }
}

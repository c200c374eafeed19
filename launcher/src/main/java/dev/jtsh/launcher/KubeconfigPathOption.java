// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.CurrentUser;
import picocli.CommandLine.Option;

/** {@code --kubeconfig-path}: how KUBECONFIG names the kubeconfig. */
final class KubeconfigPathOption {
  /** The two ways. */
  enum KubeconfigPath {
    self,
    pid
  }

  @Option(
      names = "--kubeconfig-path",
      paramLabel = "self|pid",
      description = "pid: KUBECONFIG also works in programs that close descriptor 3. Not for root.")
  private KubeconfigPath value = KubeconfigPath.self;

  /**
   * Whether it names the shell's process.
   *
   * @throws SettingsException for root
   */
  boolean byPid() {
    if (value == KubeconfigPath.pid && CurrentUser.uid() == 0) {
      // Another process may get the number later, and root would read its file (rule 13).
      throw new SettingsException("--kubeconfig-path=pid is not for root");
    }
    return value == KubeconfigPath.pid;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.time.GoDuration;

/** Short texts: what reaches a terminal, durations, names, addresses. */
public final class SmallTextTarget {
  private SmallTextTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    String shown = SafeText.ofHostName(text).toString();
    if (shown.chars().anyMatch(c -> c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x202e)) {
      throw new AssertionError("a control character reaches the terminal");
    }
    try {
      GoDuration.parse(GoDuration.format(GoDuration.parse(text)));
    } catch (IllegalArgumentException expected) {
      // Not a duration.
    }
    try {
      for (ProxyAddress address : ProxyAddress.candidates(text)) {
        ProxyAddress.parse(address.hostPort());
        address.resolve("/webapi/ping");
      }
    } catch (IllegalArgumentException expected) {
      // Not an address.
    }
    KubeClusterName.of(text)
        .ifPresent(name -> {
          if (text.contains("/") || text.contains("\n") || text.contains("'")) {
            throw new AssertionError("a kube cluster name that could mean more than a name");
          }
        });
  }
}

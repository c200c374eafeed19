// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code jtsh mfa recovery-codes}: new codes for a lost password or key. */
@Command(
    name = "recovery-codes",
    description = {
      "Make new recovery codes; the old ones work no more.",
      "A key you have must agree. The codes are shown once, on the terminal only."
    })
final class MfaRecoveryCodesCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  MfaRecoveryCodesCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    if (!outside.interactive()) {
      return new FailureReport(outside.console())
          .of(
              ExitCode.USAGE,
              SafeText.literal("recovery codes are shown to a person at a terminal only"),
              SafeText.literal("run it in a terminal, without redirection"))
          .status();
    }
    var calls = new MfaCalls(outside, cluster);
    return calls.run((auth, ceremony) -> {
      List<String> codes = auth.renewRecoveryCodes(calls.confirmed(auth, ceremony));
      RecoveryCodeLines.show(outside.console(), codes);
      outside.console().say(SafeText.literal("Codes that you were given before work no more."));
      return ExitCode.OK.status();
    });
  }
}

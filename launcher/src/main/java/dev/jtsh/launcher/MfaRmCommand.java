// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jtsh mfa rm}: takes a security key out of the account. */
@Command(name = "rm", description = "Remove a security key or app for codes; the last key stays.")
final class MfaRmCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Parameters(paramLabel = "NAME", description = "The key's name or id, from jtsh mfa ls.")
  private String name = "";

  MfaRmCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    var calls = new MfaCalls(outside, cluster);
    return calls.run((auth, ceremony) -> {
      auth.removeMfaDevice(name, calls.confirmed(auth, ceremony));
      outside.console().say(SafeText.literal("Removed."));
      return ExitCode.OK.status();
    });
  }
}

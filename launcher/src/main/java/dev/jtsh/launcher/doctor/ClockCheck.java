// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.client.ClientException;
import dev.jtsh.protocol.text.SafeText;

/** Whether this machine's clock agrees with the proxy's: a login certificate lives one minute. */
final class ClockCheck implements Check {
  private final ClusterFound cluster;

  ClockCheck(ClusterFound cluster) {
    this.cluster = cluster;
  }

  @Override
  public String id() {
    return "clock";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("clock");
  }

  @Override
  public Outcome look() {
    return switch (cluster.answer()) {
      case ClusterFound.NotConfigured none -> none.skipped();
      case ClusterFound.Failed(ClientException.ClockSkew skew) ->
          new Outcome.Fail(
              skew.safeMessage(),
              SafeText.literal("certificates would be too old or not valid yet"),
              skew.hint());
      case ClusterFound.Failed failed ->
          new Outcome.NotMeasured(
              SafeText.literal("the proxy did not answer"),
              SafeText.literal("certificates that live a minute need the right time"));
      case ClusterFound.Answered answered ->
          new Outcome.Ok(
              SafeText.literal("within a minute of the proxy's"),
              SafeText.literal("certificates are valid here when the cluster says so"));
    };
  }
}

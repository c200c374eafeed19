// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;

/** Whether the cluster behind the proxy is the one whose host authority is pinned. */
final class HostPinCheck implements Check {
  private final ClusterFound cluster;

  HostPinCheck(ClusterFound cluster) {
    this.cluster = cluster;
  }

  @Override
  public String id() {
    return "host-pin";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("host authority");
  }

  @Override
  public Outcome look() {
    return switch (cluster.answer()) {
      case ClusterFound.NotConfigured none -> none.skipped();
      case ClusterFound.Failed failed ->
          new Outcome.NotMeasured(
              SafeText.literal("the proxy gave no answer"),
              SafeText.literal("see the proxy, above"));
      case ClusterFound.Answered(Discovery discovery) -> prove(discovery);
    };
  }

  private Outcome prove(Discovery discovery) {
    try {
      Optional<SafeText> sources = cluster.provePins(discovery);
      return sources.isPresent()
          ? new Outcome.Ok(
              SafeText.format("the pin of {} is held", sources.get()),
              SafeText.literal("the auth server proved that it is of that authority"))
          : new Outcome.NotMeasured(
              SafeText.literal("no pin is set"),
              SafeText.literal("the authority is believed that the proxy names"),
              SafeText.literal(
                  "give --ca-pin with the pin that jtsh-cluster status or tctl status prints"));
    } catch (ClientException e) {
      return new Outcome.Fail(
          e.safeMessage(), SafeText.literal("no session can be opened"), e.hint());
    }
  }
}

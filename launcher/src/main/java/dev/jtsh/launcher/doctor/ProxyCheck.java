// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.protocol.text.SafeText;

/** Whether the proxy answers and what it is. */
final class ProxyCheck implements Check {
  private final ClusterFound cluster;

  ProxyCheck(ClusterFound cluster) {
    this.cluster = cluster;
  }

  @Override
  public String id() {
    return "proxy";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("proxy");
  }

  @Override
  public Outcome look() {
    return switch (cluster.answer()) {
      case ClusterFound.NotConfigured none -> none.skipped();
      case ClusterFound.Failed(ClientException.ClockSkew skew) ->
          new Outcome.Ok(SafeText.literal("it answers"), SafeText.literal("see the clock, below"));
      case ClusterFound.Failed(ClientException failure) ->
          new Outcome.Fail(
              failure.safeMessage(), SafeText.literal("no session can be opened"), failure.hint());
      case ClusterFound.Answered(Discovery discovery) ->
          new Outcome.Ok(
              SafeText.format(
                  "{}, {} {}",
                  SafeText.ofHostName(discovery.proxy().hostPort()),
                  discovery.jtshCluster()
                      ? SafeText.literal("jtsh-cluster")
                      : SafeText.literal("Teleport"),
                  SafeText.of(discovery.ping().serverVersion())),
              discovery.ping().auth().allowHeadless()
                  ? SafeText.literal("it answers, and allows headless sessions")
                  : SafeText.literal("it answers, but allows no headless sessions"));
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.client.RouteProbe;
import dev.jtsh.protocol.text.SafeText;

/** Whether something before the proxy ends TLS itself (teleport-wire §5.6). */
final class LoadBalancerCheck implements Check {
  private final ClusterFound cluster;

  LoadBalancerCheck(ClusterFound cluster) {
    this.cluster = cluster;
  }

  @Override
  public String id() {
    return "load-balancer";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("load balancer");
  }

  @Override
  public Outcome look() {
    return switch (cluster.answer()) {
      case ClusterFound.NotConfigured none -> none.skipped();
      case ClusterFound.Failed failed ->
          new Outcome.NotMeasured(
              SafeText.literal("the proxy did not answer"),
              SafeText.literal("a load balancer that ends TLS would stop a session"));
      case ClusterFound.Answered answered -> judge(cluster.route(answered.discovery()));
    };
  }

  private static Outcome judge(RouteProbe.Route route) {
    return switch (route) {
      case RouteProbe.Direct direct ->
          new Outcome.Ok(
              SafeText.literal("none that ends TLS: protocol names reach the proxy"),
              SafeText.literal("connections need no upgrade"));
      case RouteProbe.Balanced balanced ->
          new Outcome.Ok(
              balanced.answer(),
              SafeText.literal(
                  "something ends TLS before the proxy: connections go inside HTTPS (upgrade)"));
      case RouteProbe.Unknown unknown ->
          new Outcome.NotMeasured(
              unknown.cause(),
              SafeText.literal("a load balancer that ends TLS would stop a session"));
    };
  }
}

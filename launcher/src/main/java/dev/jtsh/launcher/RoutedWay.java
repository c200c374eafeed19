// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClusterRoute;
import dev.jtsh.kubeproxy.UpstreamWay;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;

/** The local proxy's way to the cluster, as the client knows it. */
record RoutedWay(ClusterRoute route) implements UpstreamWay {
  @Override
  public String host() {
    return route.host();
  }

  @Override
  public int port() {
    return route.port();
  }

  @Override
  public Future<Channel> open(Channel channel) {
    return route.open(channel);
  }
}

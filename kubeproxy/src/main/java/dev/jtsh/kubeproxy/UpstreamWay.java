// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;

/**
 * The way from a TCP connection to the cluster's kube endpoint, where that is not the whole way.
 */
public interface UpstreamWay {
  /** Name or address of whom to connect to, without brackets. */
  String host();

  /** The port of {@link #host}. */
  int port();

  /**
   * Goes the rest of the way. Called on the channel's event loop; must not block.
   *
   * @return the channel when its next bytes belong to the endpoint's TLS; a failed one was closed
   */
  Future<? extends Channel> open(Channel channel);

  /** Straight to the endpoint. */
  static UpstreamWay straightTo(UpstreamTarget target) {
    return new UpstreamWay() {
      @Override
      public String host() {
        return target.host();
      }

      @Override
      public int port() {
        return target.port();
      }

      @Override
      public Future<? extends Channel> open(Channel channel) {
        return channel.eventLoop().newSucceededFuture(channel);
      }
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** Opens byte transports to the cluster's proxy: directly, through an HTTP proxy, upgraded. */
public interface UpstreamDialer {
  /** Where the kube endpoint is. Called for each new connection. */
  UpstreamTarget target();

  /**
   * Opens one transport. Must not block: called on the event loop.
   *
   * @param loop the event loop the channel must be registered with
   * @return an active channel whose next bytes belong to the TLS handshake; fails with the cause
   */
  Future<? extends Channel> dial(EventLoop loop);
}

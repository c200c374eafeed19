// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.channel.Channel;

/** A channel with written bytes that wait for {@link PendingFlushes}. */
final class FlushTicket {
  final Channel channel;
  boolean queued;

  FlushTicket(Channel channel) {
    this.channel = channel;
  }
}

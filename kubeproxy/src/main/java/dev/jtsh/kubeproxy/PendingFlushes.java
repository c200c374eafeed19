// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.channel.EventLoop;
import java.util.ArrayList;

/**
 * Flushes each channel once for each turn of its event loop, after all that was read has been
 * handled: many small writes become one system call. Belongs to one event loop.
 */
final class PendingFlushes implements Runnable {
  private final EventLoop loop;
  private final ArrayList<FlushTicket> queued = new ArrayList<>();
  private boolean scheduled;

  PendingFlushes(EventLoop loop) {
    this.loop = loop;
  }

  void add(FlushTicket ticket) {
    if (ticket.queued) {
      return;
    }
    ticket.queued = true;
    queued.add(ticket);
    if (!scheduled) {
      scheduled = true;
      loop.execute(this);
    }
  }

  @Override
  public void run() {
    // A flush may make a peer write more: the list grows while it is walked.
    for (int i = 0; i < queued.size(); i++) {
      FlushTicket ticket = queued.get(i);
      ticket.queued = false;
      ticket.channel.flush();
    }
    queued.clear();
    scheduled = false;
  }
}

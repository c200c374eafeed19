// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;

/** The cluster's side of one request. Called on its event loop only. */
interface UpstreamStream {
  /** Sends a piece of the request's body and takes over the buffer. */
  void data(ByteBuf data, boolean end);

  /** Whether more of the body would be sent soon; a change is told to the exchange. */
  boolean isWritable();

  /** More of the answer is wanted. */
  void demand();

  /** The client has gone: nothing of the answer is wanted any more. */
  void cancel();
}

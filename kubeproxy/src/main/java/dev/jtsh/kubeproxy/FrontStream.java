// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;

/** The client's side of one request. Called on its event loop only. */
interface FrontStream {
  /** Sends the head of the answer; with {@code end}, that is all of it. */
  void respond(ResponseHead head, boolean end);

  /** Tells a client that waits for it to send its body. */
  void sendContinue();

  /**
   * Whether pieces of the answer's body that fill a TLS record go out without being copied: not
   * where a frame's head comes between them.
   */
  boolean takesRecords();

  /** Sends a piece of the answer's body and takes over the buffer. */
  void data(ByteBuf data, boolean end);

  /** Ends the answer with trailers. */
  void trailers(Fields trailers);

  /** Whether more of the answer would be sent soon; a change is told to the exchange. */
  boolean isWritable();

  /** More of the request's body is wanted. */
  void demand();

  /** Breaks off an answer that has begun, so that the client notices. */
  void abort();

  /**
   * The upstream switched protocols: passes its 101 on and joins both connections.
   *
   * @return whether it was done; if not, both must be closed
   */
  boolean switchTo(ResponseHead head, Http1Upstream upstream);
}

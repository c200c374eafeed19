// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Joins neighbouring pieces of one answer's body, of which one read brings many, to pieces that
 * fill a TLS record: each piece costs its own way through the client's protocol. A piece that comes
 * alone is handed on as it is. Lives on one event loop.
 */
final class JointBody {
  /** What one TLS record holds at most. */
  private static final int RECORD_BYTES = 16 * 1024;

  private @Nullable ByteBuf held;

  /** Whether {@link #held} is ours to write into, not a part of what was read. */
  private boolean own;

  boolean holds() {
    return held != null;
  }

  /**
   * Takes a piece.
   *
   * @param data stays the caller's
   * @param end whether it is the last: then nothing stays here
   */
  void add(ByteBufAllocator allocator, ByteBuf data, Exchange exchange, boolean end) {
    ByteBuf before = held;
    if (before == null) {
      if (end || data.readableBytes() >= RECORD_BYTES) {
        exchange.responseData(data.retain(), end);
      } else {
        held = data.retain();
        own = false;
      }
      return;
    }
    ByteBuf target = before;
    if (!own) {
      target = allocator.directBuffer(RECORD_BYTES, RECORD_BYTES).writeBytes(before);
      before.release();
      own = true;
      held = target;
    }
    while (data.readableBytes() > target.maxWritableBytes()) {
      target.writeBytes(data, target.maxWritableBytes());
      held = null;
      exchange.responseData(target, false);
      target = allocator.directBuffer(RECORD_BYTES, RECORD_BYTES);
      held = target;
    }
    target.writeBytes(data);
    if (end || !target.isWritable()) {
      held = null;
      exchange.responseData(target, end);
    }
  }

  /** Hands on what is held. */
  void handOn(Exchange exchange) {
    ByteBuf last = held;
    if (last != null) {
      held = null;
      exchange.responseData(last, false);
    }
  }

  /** Nobody wants it any more. */
  void drop() {
    ByteBuf last = held;
    if (last != null) {
      held = null;
      last.release();
    }
  }
}

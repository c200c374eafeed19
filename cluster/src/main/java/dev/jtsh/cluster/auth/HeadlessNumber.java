// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.headless.MatchNumber;

/**
 * The number of one headless request (security rule 11). Settled once, before the request is
 * stored; a request that waits for it is shown to nobody.
 *
 * @param commitment to the requester's part; empty when no number is matched: the requester shows
 *     none, or proves with the key of a session that it goes on with it
 * @param nonce our part
 * @param value the number; 0 while the requester has not opened its part
 */
record HeadlessNumber(ByteString commitment, ByteString nonce, int value) {
  static final HeadlessNumber NONE = new HeadlessNumber(ByteString.EMPTY, ByteString.EMPTY, 0);

  static HeadlessNumber committed(ByteString commitment, ByteString nonce) {
    return commitment.isEmpty() ? NONE : new HeadlessNumber(commitment, nonce, 0);
  }

  HeadlessNumber settled(int number) {
    return new HeadlessNumber(commitment, nonce, number);
  }

  /** Whether an approver can match it. */
  @JsonIgnore
  boolean isMatched() {
    return !commitment.isEmpty();
  }

  /** Whether the requester has yet to open its part. */
  @JsonIgnore
  boolean isOpen() {
    return isMatched() && value == 0;
  }

  boolean isOpenedBy(ByteString opening) {
    return opening.size() == MatchNumber.PART_BYTES
        && MatchNumber.commitment(opening).equals(commitment);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.ByteString;

/**
 * The cluster's part of a request's number.
 *
 * @param nonce random bytes, the same as long as the request lives
 * @param hostAuthority SHA-256 of the certificate of the cluster's host authority
 * @param needless whether no number is matched, for the request provably goes on with a session
 * @param code whether the approver is given a code that is to be typed on the terminal
 */
public record HeadlessNumberResponse(
    ByteString nonce,
    ByteString hostAuthority,
    boolean needless,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean code) {
  /** Absent keys become empty values. */
  public HeadlessNumberResponse {
    nonce = Absent.bytes(nonce);
    hostAuthority = Absent.bytes(hostAuthority);
  }
}

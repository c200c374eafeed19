// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.google.protobuf.ByteString;

/**
 * Body of our {@code POST /webapi/jtsh/headless/number}, asked while the headless login waits:
 * first without the opening, for the cluster's part; then with it, which settles the number.
 *
 * @param user who shall approve
 * @param headlessId the request
 * @param opening the requester's part, as committed to in the request; empty in the first call
 */
public record HeadlessNumberRequest(String user, String headlessId, ByteString opening) {
  /** Absent keys become empty values. */
  public HeadlessNumberRequest {
    user = Absent.text(user);
    headlessId = Absent.text(headlessId);
    opening = Absent.bytes(opening);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.google.protobuf.ByteString;

/**
 * Body of our {@code POST /webapi/jtsh/headless/code}: what the person typed on the terminal of a
 * request whose approval gave a code.
 *
 * @param user who shall approve
 * @param headlessId the request
 * @param opening the requester's part of the number, which nobody else has: only the requester may
 *     try a code
 * @param code as typed
 */
public record HeadlessCodeRequest(String user, String headlessId, ByteString opening, String code) {
  /** Absent keys become empty values. */
  public HeadlessCodeRequest {
    user = Absent.text(user);
    headlessId = Absent.text(headlessId);
    opening = Absent.bytes(opening);
    code = Absent.text(code);
  }

  @Override
  public String toString() {
    return "HeadlessCodeRequest[" + headlessId + ", code hidden]";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The proof that a headless request goes on with a session of before (security rule 12): made with
 * that session's key over what {@link dev.jtsh.protocol.headless.ContinuationMessage} says.
 *
 * @param requestId the id of the request that session came from
 * @param signature SHA-256 with ECDSA (DER), or SHA-256 with RSA (PKCS#1)
 */
public record ContinuesJson(String requestId, ByteString signature) {
  /** Absent keys become empty values. */
  public ContinuesJson(@Nullable String requestId, @Nullable ByteString signature) {
    this.requestId = Absent.text(requestId);
    this.signature = Absent.bytes(signature);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * A user's security key.
 *
 * @param id a UUID, written into certificates
 * @param name what the user calls it
 * @param credentialId the WebAuthn credential
 * @param publicKeyCose its public key, COSE form
 * @param signatureCount the highest counter seen
 * @param addedAt when it was registered
 */
public record MfaDevice(
    String id,
    String name,
    ByteString credentialId,
    ByteString publicKeyCose,
    long signatureCount,
    Instant addedAt) {

  MfaDevice withSignatureCount(long count) {
    return new MfaDevice(id, name, credentialId, publicKeyCose, count, addedAt);
  }
}

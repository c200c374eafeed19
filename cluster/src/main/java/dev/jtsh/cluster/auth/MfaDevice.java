// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user's security key.
 *
 * @param id a UUID, written into certificates
 * @param name what the user calls it
 * @param credentialId the WebAuthn credential
 * @param publicKeyCose its public key, COSE form
 * @param signatureCount the highest counter seen
 * @param addedAt when it was registered
 * @param approvesFrom when it may first approve a headless request; null for at once
 */
public record MfaDevice(
    String id,
    String name,
    ByteString credentialId,
    ByteString publicKeyCose,
    long signatureCount,
    Instant addedAt,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant approvesFrom) {
  private static final int NAME_CHARS_MAX = 64;

  /**
   * The name that a user gives a key.
   *
   * @throws WireException of kind BAD_PARAMETER when it is too long
   */
  static String checkedName(String name) {
    if (name.length() > NAME_CHARS_MAX) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "device name is too long");
    }
    return name;
  }

  MfaDevice approvingFrom(Instant time) {
    return new MfaDevice(id, name, credentialId, publicKeyCose, signatureCount, addedAt, time);
  }

  MfaDevice withSignatureCount(long count) {
    return new MfaDevice(id, name, credentialId, publicKeyCose, count, addedAt, approvesFrom);
  }
}

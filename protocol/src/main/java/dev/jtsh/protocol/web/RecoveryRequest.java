// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /webapi/jtsh/recovery/begin} and {@code finish}.
 *
 * @param user who lost a password or a key
 * @param code one of the recovery codes; opens nothing once it was used
 * @param lostKey whether the key is lost; else it is the password
 * @param password the present one when the key is lost, else the new one (finish only)
 * @param deviceName what the user calls the new key
 * @param assertion of a present key, when the password is lost
 * @param attestation of the new key, when the key is lost
 */
public record RecoveryRequest(
    String user,
    String code,
    boolean lostKey,
    Password password,
    String deviceName,
    @JsonProperty("webauthn_assertion") @Nullable WebauthnAssertionJson assertion,
    @JsonProperty("webauthn_attestation") @Nullable WebauthnAttestationJson attestation) {
  /** Absent keys become empty values. */
  public RecoveryRequest {
    user = Absent.text(user);
    code = Absent.text(code);
    password = Absent.password(password);
    deviceName = Absent.text(deviceName);
  }

  /** Hides the code. */
  @Override
  public String toString() {
    return "RecoveryRequest(hidden)";
  }
}

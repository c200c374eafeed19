// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /webapi/jtsh/signup/finish}; answered by {@link SignupFinishResponse}.
 *
 * @param token the invite
 * @param password the new password; empty for none, where the cluster allows it
 * @param deviceName what the user calls the key
 * @param attestation the new credential; null is refused
 */
public record SignupFinishRequest(
    String token,
    Password password,
    String deviceName,
    @JsonProperty("webauthn_attestation") @Nullable WebauthnAttestationJson attestation) {
  /** Absent keys become empty values. */
  public SignupFinishRequest {
    token = Absent.text(token);
    password = Absent.password(password);
    deviceName = Absent.text(deviceName);
  }

  /** Hides the invite. */
  @Override
  public String toString() {
    return "SignupFinishRequest(hidden)";
  }
}

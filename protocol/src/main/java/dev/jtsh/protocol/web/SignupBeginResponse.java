// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Answer to {@link SignupBeginRequest}.
 *
 * @param user whose invite it is
 * @param webauthn the credential to make
 */
public record SignupBeginResponse(
    String user, @JsonProperty("webauthn_creation") WebauthnCreationJson webauthn) {
  /** Absent keys become empty values. */
  public SignupBeginResponse {
    user = Absent.text(user);
  }
}

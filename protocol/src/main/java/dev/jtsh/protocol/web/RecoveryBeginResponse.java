// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a key shall sign in a recovery; one of the two.
 *
 * @param challenge for a key the user has
 * @param creation for a new one
 */
public record RecoveryBeginResponse(
    @JsonProperty("webauthn_challenge") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable WebauthnChallengeJson challenge,
    @JsonProperty("webauthn_creation") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable WebauthnCreationJson creation) {
  /** The password is lost. */
  public static RecoveryBeginResponse ofPresentKey(WebauthnChallengeJson challenge) {
    return new RecoveryBeginResponse(challenge, null);
  }

  /** The key is lost. */
  public static RecoveryBeginResponse ofNewKey(WebauthnCreationJson creation) {
    return new RecoveryBeginResponse(null, creation);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A WebAuthn assertion challenge, wrapped as browsers expect it.
 *
 * @param publicKey the request
 */
public record WebauthnChallengeJson(@JsonProperty("publicKey") RequestOptions publicKey) {
  /**
   * What is asked for.
   *
   * @param challenge random bytes to sign
   * @param timeoutMillis how long the answer may take
   * @param rpId relying party, a host name
   * @param allowCredentials keys that may answer; empty for any resident key
   * @param userVerification {@code discouraged}, {@code preferred} or {@code required}
   * @param extensions asked extensions, or null
   */
  public record RequestOptions(
      ByteString challenge,
      @JsonProperty("timeout") long timeoutMillis,
      @JsonProperty("rpId") String rpId,
      @JsonProperty("allowCredentials") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          List<CredentialDescriptor> allowCredentials,
      @JsonProperty("userVerification") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          String userVerification,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Extensions extensions) {
    /** Absent keys become empty values. */
    public RequestOptions {
      challenge = Absent.bytes(challenge);
      rpId = Absent.text(rpId);
      allowCredentials = Absent.list(allowCredentials);
      userVerification = Absent.text(userVerification);
    }
  }

  /**
   * A key that may answer.
   *
   * @param type {@code public-key}
   * @param id credential id
   */
  public record CredentialDescriptor(String type, ByteString id) {
    /** Absent keys become empty values. */
    public CredentialDescriptor {
      type = Absent.text(type);
      id = Absent.bytes(id);
    }
  }

  /**
   * Asked extensions.
   *
   * @param appid older U2F application id
   */
  public record Extensions(@Nullable String appid) {}
}

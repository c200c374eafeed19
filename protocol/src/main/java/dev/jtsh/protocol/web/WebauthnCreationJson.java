// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to make a WebAuthn credential, wrapped as browsers expect it.
 *
 * @param publicKey the request
 */
public record WebauthnCreationJson(@JsonProperty("publicKey") CreationOptions publicKey) {
  /**
   * What is asked for.
   *
   * @param challenge random bytes
   * @param rp relying party
   * @param user for whom
   * @param pubKeyCredParams accepted algorithms, best first
   * @param timeoutMillis how long the answer may take
   * @param excludeCredentials keys the user already has
   * @param authenticatorSelection wishes; null for none
   * @param attestation {@code none}, {@code direct}, ...
   */
  public record CreationOptions(
      ByteString challenge,
      RelyingParty rp,
      UserEntity user,
      @JsonProperty("pubKeyCredParams") List<Parameter> pubKeyCredParams,
      @JsonProperty("timeout") long timeoutMillis,
      @JsonProperty("excludeCredentials") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          List<WebauthnChallengeJson.CredentialDescriptor> excludeCredentials,
      @JsonProperty("authenticatorSelection") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable Selection authenticatorSelection,
      String attestation) {
    /** Absent keys become empty values. */
    public CreationOptions {
      challenge = Absent.bytes(challenge);
      rp = rp == null ? new RelyingParty("", "") : rp;
      user = user == null ? new UserEntity(ByteString.EMPTY, "", "") : user;
      pubKeyCredParams = Absent.list(pubKeyCredParams);
      excludeCredentials = Absent.list(excludeCredentials);
      attestation = Absent.text(attestation);
    }
  }

  /**
   * Relying party.
   *
   * @param id host name
   * @param name shown name
   */
  public record RelyingParty(String id, String name) {
    /** Absent keys become empty values. */
    public RelyingParty {
      id = Absent.text(id);
      name = Absent.text(name);
    }
  }

  /**
   * For whom the credential is.
   *
   * @param id user handle
   * @param name login name
   * @param displayName shown name
   */
  public record UserEntity(
      ByteString id, String name, @JsonProperty("displayName") String displayName) {
    /** Absent keys become empty values. */
    public UserEntity {
      id = Absent.bytes(id);
      name = Absent.text(name);
      displayName = Absent.text(displayName);
    }
  }

  /**
   * An accepted algorithm.
   *
   * @param type {@code public-key}
   * @param alg COSE number, -7 for ES256
   */
  public record Parameter(String type, int alg) {
    /** Absent keys become empty values. */
    public Parameter {
      type = Absent.text(type);
    }
  }

  /**
   * Wishes about the authenticator.
   *
   * @param residentKey {@code discouraged}, {@code preferred} or {@code required}
   * @param userVerification {@code discouraged}, {@code preferred} or {@code required}
   */
  public record Selection(
      @JsonProperty("residentKey") @JsonInclude(JsonInclude.Include.NON_EMPTY) String residentKey,
      @JsonProperty("userVerification") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          String userVerification) {
    /** Absent keys become empty values. */
    public Selection {
      residentKey = Absent.text(residentKey);
      userVerification = Absent.text(userVerification);
    }
  }
}

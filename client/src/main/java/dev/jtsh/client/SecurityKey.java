// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * A WebAuthn authenticator at the user's hand. {@code Main} is given one: hardware keys and test
 * authenticators implement it. Calls block until the user has acted or the authenticator gave up.
 *
 * <p>The client derives the origin from the address it dialled and refuses a foreign {@code rpId}
 * before it comes here; an implementation signs what it is given.
 */
public interface SecurityKey {
  /** Signs a challenge with one of the allowed credentials. */
  AssertionResult sign(AssertionRequest request) throws SecurityKeyException;

  /** Makes a credential. */
  RegistrationResult register(RegistrationRequest request) throws SecurityKeyException;

  /** Whether there is one to be asked now; may look at what is plugged in. */
  default boolean isAtHand() {
    return true;
  }

  /** How much the authenticator must do to know its user. */
  enum UserVerification {
    /** A PIN or fingerprint, or no signature. */
    REQUIRED,
    /** A PIN or fingerprint where the authenticator has one. */
    PREFERRED,
    /** A touch is enough. */
    DISCOURAGED
  }

  /**
   * A challenge to sign.
   *
   * @param rpId relying party id, already checked against the dialled host
   * @param origin {@code https://host[:port]} as dialled
   * @param challenge the server's random bytes
   * @param allowCredentials ids of acceptable credentials; empty means any for {@code rpId}
   * @param userVerification what the server asks for
   */
  record AssertionRequest(
      String rpId,
      String origin,
      ByteString challenge,
      List<ByteString> allowCredentials,
      UserVerification userVerification) {
    /** Copies the list. */
    public AssertionRequest {
      allowCredentials = List.copyOf(allowCredentials);
    }
  }

  /**
   * A signed challenge.
   *
   * @param credentialId the credential that signed
   * @param clientDataJson the exact bytes that were hashed
   * @param authenticatorData RP ID hash, flags, counter
   * @param signature over authenticator data and the hash of the client data
   * @param userHandle empty when the authenticator does not keep it
   */
  record AssertionResult(
      ByteString credentialId,
      ByteString clientDataJson,
      ByteString authenticatorData,
      ByteString signature,
      ByteString userHandle) {}

  /**
   * A credential to make.
   *
   * @param rpId relying party id, already checked against the dialled host
   * @param origin {@code https://host[:port]} as dialled
   * @param challenge the server's random bytes
   * @param userHandle the server's opaque id of the user
   * @param userName shown by authenticators with a display
   * @param excludeCredentials ids this authenticator may not hold already
   * @param userVerification what the server asks for
   */
  record RegistrationRequest(
      String rpId,
      String origin,
      ByteString challenge,
      ByteString userHandle,
      String userName,
      List<ByteString> excludeCredentials,
      UserVerification userVerification) {
    /** Copies the list. */
    public RegistrationRequest {
      excludeCredentials = List.copyOf(excludeCredentials);
    }
  }

  /**
   * A new credential.
   *
   * @param credentialId its id
   * @param clientDataJson the exact bytes that were hashed
   * @param attestationObject CBOR
   */
  record RegistrationResult(
      ByteString credentialId, ByteString clientDataJson, ByteString attestationObject) {}

  /** No signature: no key present, no fitting credential, or the user did not act in time. */
  final class SecurityKeyException extends Exception {
    private static final long serialVersionUID = 1;

    /** A message for the user. */
    public SecurityKeyException(String message) {
      super(message);
    }

    /** A message for the user, and what went wrong below. */
    public SecurityKeyException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}

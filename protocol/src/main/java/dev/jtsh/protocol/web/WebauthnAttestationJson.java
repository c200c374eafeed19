// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.json.Base64Bytes;

/**
 * A new WebAuthn credential. Bytes are base64 with the URL alphabet and no padding.
 *
 * @param id credential id
 * @param type {@code public-key}
 * @param rawId credential id once more
 * @param response the credential
 */
public record WebauthnAttestationJson(
    @JsonSerialize(using = Base64Bytes.UrlWriter.class) ByteString id,
    String type,
    @JsonProperty("rawId") @JsonSerialize(using = Base64Bytes.UrlWriter.class) ByteString rawId,
    Response response) {
  /** Absent keys become empty values. */
  public WebauthnAttestationJson {
    id = Absent.bytes(id);
    type = Absent.text(type);
    rawId = Absent.bytes(rawId);
    response = response == null ? new Response(ByteString.EMPTY, ByteString.EMPTY) : response;
  }

  /** A new credential with this id. */
  public static WebauthnAttestationJson of(ByteString credentialId, Response response) {
    return new WebauthnAttestationJson(credentialId, "public-key", credentialId, response);
  }

  /**
   * The credential.
   *
   * @param clientDataJson type, challenge and origin
   * @param attestationObject CBOR with the public key
   */
  public record Response(
      @JsonProperty("clientDataJSON") @JsonSerialize(using = Base64Bytes.UrlWriter.class)
          ByteString clientDataJson,
      @JsonProperty("attestationObject") @JsonSerialize(using = Base64Bytes.UrlWriter.class)
          ByteString attestationObject) {
    /** Absent keys become empty values. */
    public Response {
      clientDataJson = Absent.bytes(clientDataJson);
      attestationObject = Absent.bytes(attestationObject);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.json.Base64Bytes;

/**
 * A signed WebAuthn challenge. Bytes are base64 with the URL alphabet and no padding.
 *
 * @param id credential id
 * @param type {@code public-key}
 * @param rawId credential id once more
 * @param response what was signed
 */
public record WebauthnAssertionJson(
    @JsonSerialize(using = Base64Bytes.UrlWriter.class) ByteString id,
    String type,
    @JsonProperty("rawId") @JsonSerialize(using = Base64Bytes.UrlWriter.class) ByteString rawId,
    Response response) {
  /** Absent keys become empty values. */
  public WebauthnAssertionJson {
    id = Absent.bytes(id);
    type = Absent.text(type);
    rawId = Absent.bytes(rawId);
    response =
        response == null
            ? new Response(ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY)
            : response;
  }

  /** An answer by this credential. */
  public static WebauthnAssertionJson of(ByteString credentialId, Response response) {
    return new WebauthnAssertionJson(credentialId, "public-key", credentialId, response);
  }

  /**
   * What was signed.
   *
   * @param clientDataJson type, challenge and origin
   * @param authenticatorData relying party, flags, counter
   * @param signature over both
   * @param userHandle who, for resident keys; else empty
   */
  public record Response(
      @JsonProperty("clientDataJSON") @JsonSerialize(using = Base64Bytes.UrlWriter.class)
          ByteString clientDataJson,
      @JsonProperty("authenticatorData") @JsonSerialize(using = Base64Bytes.UrlWriter.class)
          ByteString authenticatorData,
      @JsonSerialize(using = Base64Bytes.UrlWriter.class) ByteString signature,
      @JsonProperty("userHandle")
          @JsonSerialize(using = Base64Bytes.UrlWriter.class)
          @JsonInclude(JsonInclude.Include.NON_EMPTY)
          ByteString userHandle) {
    /** Absent keys become empty values. */
    public Response {
      clientDataJson = Absent.bytes(clientDataJson);
      authenticatorData = Absent.bytes(authenticatorData);
      signature = Absent.bytes(signature);
      userHandle = Absent.bytes(userHandle);
    }
  }
}

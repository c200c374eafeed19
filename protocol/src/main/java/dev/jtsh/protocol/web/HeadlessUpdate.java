// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code PUT /webapi/headless/{id}}; answered by {@link MessageBody#OK}.
 *
 * @param action {@link #ACCEPT} or {@link #DENIED}
 * @param mfaResponse the signed challenge, newer form; null if rejected
 * @param webauthnAssertionResponse the signed challenge, older form
 * @param factsDigest ours: digest of the facts that were shown; empty in a plain approval
 * @param number ours: the number on the remote terminal; 0 for none
 * @param report ours: with a denial, that the user never asked for this
 * @param showsCode ours: that the approver's side shows the code which an approval may give
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record HeadlessUpdate(
    String action,
    @JsonProperty("mfaResponse") @Nullable MfaResponse mfaResponse,
    @JsonProperty("webauthnAssertionResponse")
        @Nullable WebauthnAssertionJson webauthnAssertionResponse,
    @JsonProperty("jtsh_facts_digest") ByteString factsDigest,
    @JsonProperty("jtsh_number") int number,
    @JsonProperty("jtsh_report") boolean report,
    @JsonProperty("jtsh_shows_code") boolean showsCode) {
  /** Approve. */
  public static final String ACCEPT = "accept";

  /** Reject. */
  public static final String DENIED = "denied";

  /** Absent keys become empty values. */
  public HeadlessUpdate {
    action = Absent.text(action);
    factsDigest = Absent.bytes(factsDigest);
  }

  /**
   * An answer to an MFA challenge.
   *
   * @param totpCode one-time code; never approves
   * @param webauthnResponse signed challenge
   * @param webauthnAssertionResponse signed challenge, older key
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record MfaResponse(
      String totpCode,
      @Nullable WebauthnAssertionJson webauthnResponse,
      @JsonProperty("webauthnAssertionResponse")
          @Nullable WebauthnAssertionJson webauthnAssertionResponse) {
    /** Absent keys become empty values. */
    public MfaResponse {
      totpCode = Absent.text(totpCode);
    }
  }

  /**
   * The signed challenge, from wherever it is.
   *
   * @throws WireException of kind BAD_PARAMETER if there is more than one answer
   */
  public Optional<WebauthnAssertionJson> assertion() {
    List<WebauthnAssertionJson> found = new ArrayList<>();
    addIfPresent(found, webauthnAssertionResponse);
    boolean code = false;
    if (mfaResponse != null) {
      addIfPresent(found, mfaResponse.webauthnResponse());
      addIfPresent(found, mfaResponse.webauthnAssertionResponse());
      code = !mfaResponse.totpCode().isEmpty();
    }
    if (found.size() + (code ? 1 : 0) > 1) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "only one MFA response field can be set");
    }
    return found.stream().findFirst();
  }

  private static void addIfPresent(
      List<WebauthnAssertionJson> found, @Nullable WebauthnAssertionJson answer) {
    if (answer != null) {
      found.add(answer);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.grpc.types.HeadlessFacts;
import dev.jtsh.protocol.grpc.types.HeadlessNumberMatch;
import dev.jtsh.protocol.grpc.types.Metadata;
import dev.jtsh.protocol.grpc.types.MfaDevice;
import dev.jtsh.protocol.grpc.types.ResourceHeader;
import dev.jtsh.protocol.grpc.types.WebauthnDevice;
import dev.jtsh.protocol.headless.ApprovalFacts;
import dev.jtsh.protocol.headless.FactsDigest;
import dev.jtsh.protocol.headless.MatchNumber;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WireTime;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A headless request as stored. Facts never change after it was made; only state, approval and
 * answer do, each once.
 *
 * @param facts what the approver sees, frozen
 * @param standard a plain Teleport request without facts of ours
 * @param claimDigest hash of everything that was posted; a second POST must have the same
 * @param number what the approver must match
 * @param numberTyped whether it is typed though the source is known
 * @param code what is typed on the remote terminal after the approval; null when nothing is
 * @param expires the end of the request, decided or not
 * @param state how far it is
 * @param approval who approved; null before
 * @param answer the certificates, public; null before they were issued
 * @param answerNotAfter end of the certificates in the answer; null without one
 */
record HeadlessRecord(
    ApprovalFacts facts,
    boolean standard,
    String claimDigest,
    HeadlessNumber number,
    boolean numberTyped,
    @Nullable ReverseCode code,
    Instant expires,
    State state,
    @Nullable Approval approval,
    @Nullable SshLoginResponse answer,
    @Nullable Instant answerNotAfter) {

  /** How far a request is. Each arrow is one compare-and-swap. */
  enum State {
    PENDING,
    DENIED,
    APPROVED,
    CONSUMED
  }

  /**
   * An approval.
   *
   * @param deviceId the security key
   * @param deviceName its name
   * @param at when
   * @param address from where, {@code ip:port}
   * @param full whether the login is not limited to what was shown: a request or approval of plain
   *     Teleport under the compatible policy
   */
  record Approval(String deviceId, String deviceName, Instant at, String address, boolean full) {}

  static HeadlessRecord pending(
      ApprovalFacts facts,
      boolean standard,
      String claimDigest,
      HeadlessNumber number,
      boolean numberTyped,
      @Nullable ReverseCode code,
      Instant expires) {
    return new HeadlessRecord(
        facts,
        standard,
        claimDigest,
        number,
        numberTyped,
        code,
        expires,
        State.PENDING,
        null,
        null,
        null);
  }

  /** The same with its number settled, before it is stored. */
  HeadlessRecord numbered(HeadlessNumber settled) {
    return pending(facts, standard, claimDigest, settled, numberTyped, code, expires);
  }

  /** The same with other facts, before it is stored. */
  HeadlessRecord showing(ApprovalFacts shown, boolean typed) {
    return pending(shown, standard, claimDigest, number, typed, code, expires);
  }

  /** Approved; with the code that is to be typed, if one is. */
  HeadlessRecord approved(Approval by, @Nullable ReverseCode made) {
    return coded(made).at(State.APPROVED, by, null, null);
  }

  /** The same after a try of a code: the last wrong one denies. */
  HeadlessRecord tried(ReverseCode next) {
    return coded(next).at(next.triesLeft() == 0 ? State.DENIED : state, approval, null, null);
  }

  /** Whether nothing is issued before a code was typed. */
  boolean awaitsCode() {
    return state == State.APPROVED && code != null && !code.typed();
  }

  private HeadlessRecord coded(@Nullable ReverseCode next) {
    return new HeadlessRecord(
        facts,
        standard,
        claimDigest,
        number,
        numberTyped,
        next,
        expires,
        state,
        approval,
        answer,
        answerNotAfter);
  }

  HeadlessRecord denied() {
    return at(State.DENIED, approval, null, null);
  }

  HeadlessRecord consumed() {
    return at(State.CONSUMED, approval, null, null);
  }

  HeadlessRecord answered(SshLoginResponse response, Instant notAfter) {
    return at(State.CONSUMED, approval, response, notAfter);
  }

  private HeadlessRecord at(
      State next,
      @Nullable Approval by,
      @Nullable SshLoginResponse response,
      @Nullable Instant notAfter) {
    return new HeadlessRecord(
        facts,
        standard,
        claimDigest,
        number,
        numberTyped,
        code,
        expires,
        next,
        by,
        response,
        notAfter);
  }

  /** How the approver gives the number: a new source and a privileged role need more care. */
  @JsonIgnore
  HeadlessNumberMatch numberMatch() {
    if (!number.isMatched()) {
      return HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_NONE;
    }
    return facts.firstSeen() || numberTyped
        ? HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_TYPE
        : HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_PICK;
  }

  private List<Integer> numberChoices() {
    return numberMatch() == HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_PICK
        ? MatchNumber.choices(number.value(), number.nonce())
        : List.of();
  }

  @JsonIgnore
  ByteString digest() {
    return FactsDigest.of(facts);
  }

  /**
   * As it goes over the wire (teleport-wire §3.2).
   *
   * @param numberRequired whether no approval is taken without the number
   */
  @JsonIgnore
  HeadlessAuthentication toProto(boolean numberRequired) {
    var message =
        HeadlessAuthentication.newBuilder()
            .setHeader(
                ResourceHeader.newBuilder()
                    .setKind("headless_authentication")
                    .setVersion("v1")
                    .setMetadata(
                        Metadata.newBuilder()
                            .setName(facts.id())
                            .setNamespace("default")
                            .setExpires(WireTime.timestamp(expires))))
            .setUser(facts.user())
            .setPublicKey(facts.sshPublicKey())
            .setSshPublicKey(facts.sshPublicKey())
            .setTlsPublicKey(facts.tlsPublicKey())
            .setState(
                switch (state) {
                  case PENDING -> HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_PENDING;
                  case DENIED -> HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_DENIED;
                  case APPROVED, CONSUMED ->
                      HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED;
                })
            .setClientIpAddress(facts.clientAddress());
    if (approval != null) {
      message.setMfaDevice(
          MfaDevice.newBuilder()
              .setKind("mfa_device")
              .setVersion("v1")
              .setId(approval.deviceId())
              .setMetadata(Metadata.newBuilder().setName(approval.deviceName()))
              .setWebauthn(WebauthnDevice.getDefaultInstance()));
    }
    if (!standard) {
      var wire =
          HeadlessFacts.newBuilder()
              .setHost(facts.host())
              .setOsUser(facts.osUser())
              .addAllKubeClusters(facts.kubeClusters())
              .setNamespace(facts.namespace())
              .setDuration(WireTime.duration(facts.duration()))
              .setRequestedAt(WireTime.timestamp(facts.requestedAt()))
              .setDigest(digest())
              .setFirstSeen(facts.firstSeen())
              .setNumberMatch(numberMatch())
              .addAllNumberChoices(numberChoices())
              .setNumberRequired(numberRequired && number.isMatched())
              .setGivesCode(code != null)
              .setCodeTyped(code != null && code.typed())
              .setLiveSessions(facts.liveSessions());
      Instant continues = facts.continuesApprovedAt();
      if (continues != null) {
        wire.setContinuesApprovedAt(WireTime.timestamp(continues));
      }
      message.setJtshFacts(wire);
    }
    return message.build();
  }
}

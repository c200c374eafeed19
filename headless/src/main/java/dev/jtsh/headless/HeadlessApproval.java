// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateChallenge;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.text.SafeText;
import java.util.regex.Pattern;

/**
 * The approver's side: reads a request from the auth server itself, lets the caller show it, and
 * approves it with a security key or denies it. What is approved is what was shown: facts and
 * challenge are tied by a digest computed here (security rule 3).
 */
public final class HeadlessApproval {
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  private final AuthClient auth;
  private final String user;
  private final WebauthnCeremony ceremony;

  /**
   * For one logged-in user.
   *
   * @param auth as this user
   * @param user for messages
   * @param ceremony with the user's security key
   */
  public HeadlessApproval(AuthClient auth, String user, WebauthnCeremony ceremony) {
    this.auth = auth;
    this.user = user;
    this.ceremony = ceremony;
  }

  /** Finds the request; {@link ApprovalOutcome.Pending} is the only good outcome. */
  public ApprovalOutcome find(String id) {
    if (!ID.matcher(id).matches()) {
      return new ApprovalOutcome.Failed(
          ErrorKind.BAD_PARAMETER,
          SafeText.format("\"{}\" is not the id of a headless request", SafeText.of(id)),
          SafeText.literal("the id is the last word of the command that was shown"));
    }
    try {
      HeadlessAuthentication request = auth.getHeadlessAuthentication(id);
      return switch (request.getState()) {
        case HEADLESS_AUTHENTICATION_STATE_PENDING ->
            new ApprovalOutcome.Pending(PendingRequest.of(id, request));
        case HEADLESS_AUTHENTICATION_STATE_APPROVED ->
            new ApprovalOutcome.AlreadyDecided(SafeText.literal("approved"));
        case HEADLESS_AUTHENTICATION_STATE_DENIED ->
            new ApprovalOutcome.AlreadyDecided(SafeText.literal("denied"));
        default -> new ApprovalOutcome.NotFound(user);
      };
    } catch (IllegalArgumentException e) {
      return new ApprovalOutcome.Failed(
          ErrorKind.INTERNAL,
          SafeText.literal("the cluster's description of the request contradicts itself: refused"),
          SafeText.literal("tell the administrator; do not approve it elsewhere"));
    } catch (ClientException e) {
      return undecided(id, e, false);
    }
  }

  /**
   * Signs with the security key and approves. Blocks until the user has touched the key.
   *
   * @param number what the user read on the remote terminal; 0 for none
   */
  public ApprovalOutcome approve(PendingRequest request, int number) {
    try {
      MFAAuthenticateChallenge challenge =
          auth.createHeadlessChallenge(request.id(), request.digest(), number);
      if (!challenge.hasWebauthnChallenge()) {
        return new ApprovalOutcome.Failed(
            ErrorKind.ACCESS_DENIED,
            SafeText.literal("approving needs a security key, and none is registered for you"),
            SafeText.literal("register a security key; a one-time code never approves"));
      }
      String code =
          auth.approveHeadless(
              request.id(),
              ceremony.sign(challenge.getWebauthnChallenge()),
              request.digest(),
              number);
      return new ApprovalOutcome.Approved(SafeText.of(code));
    } catch (ClientException e) {
      return undecided(request.id(), e, true);
    }
  }

  /**
   * Denies.
   *
   * @param report whether the user never asked for it: its source is suspended for the user
   */
  public ApprovalOutcome deny(PendingRequest request, boolean report) {
    try {
      auth.denyHeadless(request.id(), report);
      return new ApprovalOutcome.Denied();
    } catch (ClientException e) {
      return undecided(request.id(), e, true);
    }
  }

  private ApprovalOutcome undecided(String id, ClientException failure, boolean deciding) {
    if (failure instanceof ClientException.Refused refused) {
      String reason = refused.reason().toString();
      // Older servers end the wait for an unknown id with this text instead of a kind.
      if (refused.kind() == ErrorKind.NOT_FOUND || reason.contains("context deadline exceeded")) {
        return new ApprovalOutcome.NotFound(user);
      }
      if (deciding
          && (reason.contains("non-pending state") || refused.kind() == ErrorKind.COMPARE_FAILED)) {
        return alreadyDecided(id);
      }
    }
    return failure instanceof ClientException.SecurityKeyFailed
        ? new ApprovalOutcome.NotSigned(failure.safeMessage(), failure.hint())
        : ApprovalOutcome.Failed.of(failure);
  }

  private ApprovalOutcome alreadyDecided(String id) {
    SafeText decision = SafeText.literal("decided elsewhere");
    try {
      HeadlessAuthenticationState state = auth.getHeadlessAuthentication(id).getState();
      if (state == HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED) {
        decision = SafeText.literal("approved");
      } else if (state == HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_DENIED) {
        decision = SafeText.literal("denied");
      }
    } catch (ClientException e) {
      return new ApprovalOutcome.AlreadyDecided(decision); // How is not worth another failure.
    }
    return new ApprovalOutcome.AlreadyDecided(decision);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.headless.ApprovalFacts;
import dev.jtsh.protocol.headless.FactsDigest;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.time.GoDuration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A headless request that waits for its user's decision.
 *
 * @param id the request
 * @param clientAddress where it came from, as the auth server saw it; foreign text
 * @param facts what exactly would be granted; empty from a cluster that keeps no facts: then an
 *     approval gives a login with all of the user's rights
 * @param digest of the facts, computed here; empty without facts
 * @param number the number that the remote terminal shows, as the user gives it
 * @param givesCode whether the approval gives a code that is to be typed on the remote terminal
 */
public record PendingRequest(
    String id,
    String clientAddress,
    Optional<ApprovalFacts> facts,
    ByteString digest,
    NumberMatch number,
    boolean givesCode) {
  private static final String[] NO_NAMES = {};

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException when its facts are malformed, or their digest is not theirs:
   *     what would be shown is then not what would be approved
   */
  static PendingRequest of(String id, HeadlessAuthentication request) {
    if (!ApprovalFacts.areIn(request)) {
      return new PendingRequest(
          id,
          request.getClientIpAddress(),
          Optional.empty(),
          ByteString.EMPTY,
          NumberMatch.NONE,
          false);
    }
    ApprovalFacts facts = ApprovalFacts.of(request);
    ByteString digest = FactsDigest.of(facts);
    if (!facts.id().equals(id) || !FactsDigest.same(digest, request.getJtshFacts().getDigest())) {
      throw new IllegalArgumentException("the digest of the request is not that of its facts");
    }
    return new PendingRequest(
        id,
        facts.clientAddress(),
        Optional.of(facts),
        digest,
        NumberMatch.of(request.getJtshFacts()),
        request.getJtshFacts().getGivesCode());
  }

  /** What to show before asking: first what the server saw, then what the requester claims. */
  public List<SafeText> lines() {
    var lines = new ArrayList<SafeText>();
    lines.add(
        SafeText.format(
            "Headless login attempt from IP address \"{}\" requires approval.",
            SafeText.of(clientAddress)));
    lines.add(
        SafeText.literal("Contact your administrator if you didn't initiate this login attempt."));
    if (facts.isEmpty()) {
      lines.add(
          SafeText.literal("Standard Teleport request: approving gives a full login as you."));
      return lines;
    }
    ApprovalFacts shown = facts.get();
    lines.add(SafeText.format("  Requested at:  {}", SafeText.of(shown.requestedAt().toString())));
    if (shown.firstSeen()) {
      lines.add(SafeText.literal("  First request from this address for you."));
    }
    lines.add(ofSession(shown));
    lines.add(SafeText.literal("  Grants access to these Kubernetes clusters:"));
    if (shown.kubeClusters().isEmpty()) {
      lines.add(SafeText.literal("    none: you may use none of those asked for, deny it"));
    }
    for (String cluster : shown.kubeClusters()) {
      lines.add(SafeText.format("    {}", SafeText.of(cluster)));
    }
    // Each on its own line: nothing that is granted may be cut off.
    for (String namespace : shown.namespace().isEmpty() ? NO_NAMES : shown.namespace().split(",")) {
      lines.add(SafeText.format("  Limited to namespace: {}", SafeText.of(namespace)));
    }
    lines.add(
        SafeText.format(
            "  For:           {} from the approval on",
            SafeText.of(GoDuration.format(shown.duration()))));
    lines.add(
        SafeText.format(
            "  Claimed by the requester: host {}, user {}",
            SafeText.of(shown.host()),
            SafeText.of(shown.osUser())));
    if (givesCode) {
      lines.add(
          SafeText.literal("  The approval gives a code, to be typed on the remote terminal."));
    }
    return lines;
  }

  /** Whether this goes on with a session or begins one; the server has checked the proof. */
  private static SafeText ofSession(ApprovalFacts shown) {
    Instant continues = shown.continuesApprovedAt();
    if (continues != null) {
      return SafeText.format(
          "  Continues the session you approved at {}, on the same clusters.",
          SafeText.of(continues.truncatedTo(ChronoUnit.SECONDS).toString()));
    }
    return shown.liveSessions() == 0
        ? SafeText.literal("  NEW session.")
        : SafeText.format(
            "  NEW session. Sessions of yours that are live now: {}.",
            SafeText.of(Integer.toString(shown.liveSessions())));
  }
}

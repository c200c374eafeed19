// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.headless;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.web.ContinuesJson;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The number that the remote terminal shows and the approver must match (security rule 11). Both
 * ends compute it from what the requester posted (keys and claims), a part of the requester's, a
 * part of the cluster's and the cluster's host authority.
 *
 * <p>The requester commits to its part in the request, hears the cluster's part, and only then
 * opens its own. So nobody in the middle, who posts a request with another key, can choose what is
 * left to make his number the one on the terminal: a try is one in {@link #COUNT}.
 */
public final class MatchNumber {
  /** Length of either part in bytes. */
  public static final int PART_BYTES = 32;

  /** The smallest number; all have three digits. */
  public static final int MIN = 100;

  /** How many numbers there are. */
  public static final int COUNT = 900;

  /** How many an approver picks from. */
  public static final int CHOICES = 6;

  private static final String COMMITMENT = "jtsh number commitment 1";
  private static final String NUMBER = "jtsh number 1";
  private static final String DECOY = "jtsh number decoy 1";

  private MatchNumber() {}

  /** What is posted of the requester's part before it is opened. */
  public static ByteString commitment(ByteString opening) {
    var digest = new LengthPrefixedDigest(COMMITMENT);
    digest.bytes(opening);
    return digest.finish();
  }

  /**
   * The number.
   *
   * @param request as posted, with our facts
   * @param opening the requester's part
   * @param nonce the cluster's part
   * @param hostAuthority SHA-256 of the host authority's certificate
   */
  public static int of(
      HeadlessLoginRequest request,
      ByteString opening,
      ByteString nonce,
      ByteString hostAuthority) {
    var digest = new LengthPrefixedDigest(NUMBER);
    posted(digest, request);
    digest.bytes(opening);
    digest.bytes(nonce);
    digest.bytes(hostAuthority);
    return number(digest.finish());
  }

  /**
   * What the approver picks from: the number and others, smallest first. Always the same for one
   * request, so that looking twice tells nothing.
   *
   * @param nonce the cluster's part
   */
  public static List<Integer> choices(int number, ByteString nonce) {
    List<Integer> choices = new ArrayList<>(List.of(number));
    for (int i = 0; choices.size() < CHOICES; i++) {
      var digest = new LengthPrefixedDigest(DECOY);
      digest.bytes(nonce);
      digest.number(number);
      digest.number(i);
      int decoy = number(digest.finish());
      if (!choices.contains(decoy)) {
        choices.add(decoy);
      }
    }
    return choices.stream().sorted().toList();
  }

  private static int number(ByteString digest) {
    return MIN + (int) Long.remainderUnsigned(digest.asReadOnlyByteBuffer().getLong(), COUNT);
  }

  private static void posted(LengthPrefixedDigest digest, HeadlessLoginRequest request) {
    digest.text(request.user());
    digest.text(request.headlessId());
    digest.bytes(request.pubKey());
    digest.bytes(request.sshPubKey());
    digest.bytes(request.tlsPubKey());
    HeadlessFactsJson facts = request.jtsh();
    if (facts == null) {
      throw new IllegalArgumentException("a request without facts has no number");
    }
    digest.text(facts.host());
    digest.text(facts.osUser());
    digest.number(facts.kubeClusters().size());
    facts.kubeClusters().forEach(digest::text);
    digest.number(facts.labels().size());
    new TreeMap<>(facts.labels())
        .forEach((key, value) -> {
          digest.text(key);
          digest.text(value);
        });
    digest.text(facts.query());
    digest.number(facts.all() ? 1 : 0);
    digest.text(facts.namespace());
    digest.number(facts.duration().toSeconds());
    digest.number(facts.duration().toNanosPart());
    ContinuesJson continues = facts.continues();
    digest.text(continues == null ? "" : continues.requestId());
    digest.bytes(facts.numberCommitment());
  }
}

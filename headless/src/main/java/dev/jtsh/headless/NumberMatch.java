// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.protocol.grpc.types.HeadlessFacts;
import dev.jtsh.protocol.grpc.types.HeadlessNumberMatch;
import dev.jtsh.protocol.headless.MatchNumber;
import java.util.List;
import java.util.OptionalInt;

/**
 * How an approver gives the number that the remote terminal shows (security rule 11). Which is the
 * right one is known to the auth server alone.
 *
 * @param shown whether the remote terminal shows one
 * @param required whether the cluster takes no approval without it
 * @param choices what to pick from; empty when it is to be typed
 */
public record NumberMatch(boolean shown, boolean required, List<Integer> choices) {
  static final NumberMatch NONE = new NumberMatch(false, false, List.of());

  /** Copies. */
  public NumberMatch {
    choices = List.copyOf(choices);
  }

  static NumberMatch of(HeadlessFacts facts) {
    if (facts.getNumberMatch() == HeadlessNumberMatch.HEADLESS_NUMBER_MATCH_NONE) {
      return NONE;
    }
    List<Integer> choices = facts.getNumberChoicesList();
    if (choices.size() > MatchNumber.CHOICES) {
      throw new IllegalArgumentException("too many numbers to pick from");
    }
    return new NumberMatch(true, facts.getNumberRequired(), choices);
  }

  /** The number in what the user typed; empty for anything that cannot be one. */
  public static OptionalInt parse(String typed) {
    String digits = typed.strip();
    if (!digits.matches("[1-9][0-9]{2}")) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Integer.parseInt(digits));
  }
}

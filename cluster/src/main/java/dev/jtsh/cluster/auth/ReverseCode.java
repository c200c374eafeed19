// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * The code of one headless request that goes from the approver's side to the remote terminal
 * (security rule 11): whoever talked the approver into the tap has yet to get it out of him. It is
 * told once, to whoever approved, and is in no fact of the request.
 *
 * @param value the code; empty before the approval
 * @param wrong how many wrong ones were typed
 * @param typed whether the right one was
 */
record ReverseCode(String value, int wrong, boolean typed) {
  /** How many wrong codes deny the request. */
  static final int WRONG_MAX = 3;

  /** What a request starts with whose approval gives a code. */
  static final ReverseCode ASKED = new ReverseCode("", 0, false);

  /** Letters that make no words and are not taken for digits, nor for each other. */
  private static final String LETTERS = "BCDFGHJKLMNPQRSTVWXZ";

  private static final int LENGTH = 6;
  private static final int TYPED_CHARS_MAX = 64;

  /** The same with a code. */
  ReverseCode made(SecureRandom random) {
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < LENGTH; i++) {
      code.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return new ReverseCode(code.toString(), 0, false);
  }

  /** As people read it: two groups of letters. */
  @JsonIgnore
  String shown() {
    return value.substring(0, LENGTH / 2) + "-" + value.substring(LENGTH / 2);
  }

  /** Whether this is it; small letters, blanks and hyphens do not matter. */
  boolean is(String answer) {
    if (value.isEmpty() || answer.length() > TYPED_CHARS_MAX) {
      return false;
    }
    String letters = answer.replaceAll("[ -]", "").strip().toUpperCase(Locale.ROOT);
    return MessageDigest.isEqual(
        letters.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
  }

  /** The same after one more wrong one. */
  ReverseCode missed() {
    return new ReverseCode(value, wrong + 1, false);
  }

  /** The same after the right one. */
  ReverseCode found() {
    return new ReverseCode(value, wrong, true);
  }

  /** How many wrong ones may still come; the last one denies. */
  @JsonIgnore
  int triesLeft() {
    return WRONG_MAX - wrong;
  }

  @Override
  public String toString() {
    return "ReverseCode[wrong=" + wrong + ", typed=" + typed + ", value hidden]";
  }
}

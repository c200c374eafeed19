// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.protocol.web.Password;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Makes and checks recovery codes: 80 random bits each, hashed as passwords are. The first digit
 * says which of the user's codes it is, so that a try costs one hash, for unknown users too.
 */
final class RecoveryCodes {
  static final int COUNT = 3;
  private static final int GROUPS = 4;
  private static final int GROUP_CHARS = 4;

  /** No letter that looks like another, all lower case. */
  private static final String LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

  private static final Pattern FORM = Pattern.compile("[1-3](-[0-9a-z]{4}){4}");

  private final PasswordGate passwords;
  private final SecureRandom random;

  RecoveryCodes(PasswordGate passwords, SecureRandom random) {
    this.passwords = passwords;
    this.random = random;
  }

  /**
   * New codes.
   *
   * @param codes to be shown once
   * @param hashes to be stored, in the same order
   */
  record Made(List<String> codes, List<String> hashes) {
    @Override
    public String toString() {
      return "Made(hidden)";
    }
  }

  Made make() {
    List<String> codes = new ArrayList<>();
    List<String> hashes = new ArrayList<>();
    for (int i = 1; i <= COUNT; i++) {
      String code = code(i);
      codes.add(code);
      hashes.add(passwords.hashOfCode(Password.copyOf(code.toCharArray())));
    }
    return new Made(codes, hashes);
  }

  private String code(int number) {
    var code = new StringBuilder(Integer.toString(number));
    for (int i = 0; i < GROUPS * GROUP_CHARS; i++) {
      code.append(i % GROUP_CHARS == 0 ? "-" : "");
      code.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return code.toString();
  }

  /** Which of the user's unused codes this is; costs the same for a user that does not exist. */
  OptionalInt find(Optional<UserRecord> user, String code) {
    boolean formed = FORM.matcher(code).matches();
    int place = formed ? code.charAt(0) - '1' : 0;
    Optional<String> hash =
        user.filter(u -> formed && u.recoveryCodes().size() > place)
            .map(u -> u.recoveryCodes().get(place))
            .filter(h -> !h.isEmpty());
    String tried = formed ? code : "x";
    return passwords.verifyCode(hash, Password.copyOf(tried.toCharArray()))
        ? OptionalInt.of(place)
        : OptionalInt.empty();
  }
}

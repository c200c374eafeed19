// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.grpc.proto.TOTPRegisterChallenge;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The link by which apps for one-time codes take a secret. */
final class OtpauthUri {
  private static final String SECRET = "[A-Z2-7]{16,128}";
  private static final Set<String> ALGORITHMS = Set.of("", "SHA1", "SHA256", "SHA512");
  private static final int TEXT_CHARS_MAX = 256;

  private OtpauthUri() {}

  /**
   * Writes it.
   *
   * @throws SettingsException when the cluster's answer makes no link
   */
  static String of(TOTPRegisterChallenge challenge) {
    String algorithm = challenge.getAlgorithm();
    boolean usable =
        challenge.getSecret().matches(SECRET)
            && ALGORITHMS.contains(algorithm)
            && challenge.getIssuer().length() <= TEXT_CHARS_MAX
            && challenge.getAccount().length() <= TEXT_CHARS_MAX;
    if (!usable) {
      throw new SettingsException("the cluster's secret for one-time codes cannot be used");
    }
    String issuer = escaped(challenge.getIssuer());
    return "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=%s&digits=%s&period=%s"
        .formatted(
            issuer,
            escaped(challenge.getAccount()),
            challenge.getSecret(),
            issuer,
            algorithm.isEmpty() ? "SHA1" : algorithm,
            Integer.toUnsignedString(challenge.getDigits()),
            Integer.toUnsignedString(challenge.getPeriodSeconds()));
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

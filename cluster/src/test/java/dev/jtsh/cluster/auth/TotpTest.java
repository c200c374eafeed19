// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
  private static final ByteString SECRET = ByteString.copyFromUtf8("12345678901234567890");
  private static final Instant NOW = Instant.ofEpochSecond(1_111_111_111);

  /** The SHA-1 rows of RFC 6238, appendix B, of which six digits are the last six of eight. */
  @ParameterizedTest
  @CsvSource({
    "59,94287082",
    "1111111109,07081804",
    "1111111111,14050471",
    "1234567890,89005924",
    "2000000000,69279037",
    "20000000000,65353130"
  })
  void codesAreThoseOfTheStandard(long time, String eightDigits) {
    assertThat(Totp.code(SECRET, Totp.step(Instant.ofEpochSecond(time))))
        .isEqualTo(eightDigits.substring(2));
  }

  @ParameterizedTest
  @CsvSource({
    "f,MY",
    "fo,MZXQ",
    "foo,MZXW6",
    "foob,MZXW6YQ",
    "fooba,MZXW6YTB",
    "foobar,MZXW6YTBOI"
  })
  void secretsAreWrittenAsInRfc4648(String plain, String written) {
    assertThat(Totp.base32(ByteString.copyFromUtf8(plain))).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource({"-2,false", "-1,true", "0,true", "1,true", "2,false"})
  void clockMayBeOneStepOffToEitherSide(int steps, boolean taken) {
    long step = Totp.step(NOW) + steps;

    OptionalLong found = Totp.match(SECRET, Totp.code(SECRET, step), NOW, Long.MIN_VALUE);

    assertThat(found).isEqualTo(taken ? OptionalLong.of(step) : OptionalLong.empty());
  }

  @Test
  void usedStepAndThoseBeforeItAreOver() {
    long present = Totp.step(NOW);

    assertThat(Totp.match(SECRET, Totp.code(SECRET, present), NOW, present)).isEmpty();
    assertThat(Totp.match(SECRET, Totp.code(SECRET, present - 1), NOW, present)).isEmpty();
    assertThat(Totp.match(SECRET, Totp.code(SECRET, present + 1), NOW, present)).isPresent();
  }

  @Test
  void whatIsNoCodeFitsNothing() {
    for (String text : new String[] {"", "0", "50471", " 050471", "0504710", "\u0660\u0665"}) {
      assertThat(Totp.match(SECRET, text, NOW, Long.MIN_VALUE)).as(text).isEmpty();
    }
  }

  @Test
  void secretIsOfTwentyBytesAndIsNeverShown() {
    ByteString secret = Totp.newSecret(new SecureRandom());
    var device = new TotpDevice("id", "phone", SECRET, 0, 0, NOW);

    assertThat(secret.size()).isEqualTo(20);
    assertThat(secret).isNotEqualTo(Totp.newSecret(new SecureRandom()));
    assertThat(device.toString()).contains("hidden").doesNotContain("1234567890");
  }
}

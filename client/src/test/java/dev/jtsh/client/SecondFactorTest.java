// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SecondFactorTest {
  private static final WebauthnChallengeJson CHALLENGE =
      new WebauthnChallengeJson(
          new WebauthnChallengeJson.RequestOptions(
              ByteString.copyFromUtf8("c"), 1, "localhost", List.of(), "discouraged", null));
  private static final MfaLoginBeginResponse BOTH = new MfaLoginBeginResponse(CHALLENGE, true);
  private static final MfaLoginBeginResponse KEY_ONLY = new MfaLoginBeginResponse(CHALLENGE, false);
  private static final MfaLoginBeginResponse CODE_ONLY = new MfaLoginBeginResponse(null, true);

  private final AtomicInteger taps = new AtomicInteger();

  private SecondFactor choosing(SecondFactor.Choice choice, boolean keyAtHand) {
    return new SecondFactor(choice, () -> keyAtHand, taps::incrementAndGet, () -> "123456");
  }

  @Test
  void aCodeIsAskedForWhenNoKeyIsAtHandOrRegistered() throws Exception {
    assertThat(choosing(SecondFactor.Choice.WHAT_IS_AT_HAND, false).ask(BOTH)).contains("123456");
    assertThat(choosing(SecondFactor.Choice.WHAT_IS_AT_HAND, true).ask(CODE_ONLY))
        .contains("123456");
    assertThat(choosing(SecondFactor.Choice.CODE, true).ask(BOTH)).contains("123456");
    assertThat(taps).hasValue(0);
  }

  @Test
  void aKeyIsTappedWhenItIsAtHandOrNothingElseIsTaken() throws Exception {
    assertThat(choosing(SecondFactor.Choice.WHAT_IS_AT_HAND, true).ask(BOTH)).isEmpty();
    assertThat(choosing(SecondFactor.Choice.WHAT_IS_AT_HAND, false).ask(KEY_ONLY)).isEmpty();
    assertThat(choosing(SecondFactor.Choice.KEY, false).ask(BOTH)).isEmpty();
    assertThat(taps).hasValue(3);
  }

  @Test
  void whatIsNotTakenIsSaid() {
    assertThatExceptionOfType(ClientException.NotOffered.class)
        .isThrownBy(() -> choosing(SecondFactor.Choice.CODE, true).ask(KEY_ONLY))
        .withMessageContaining("no one-time code is taken");
    assertThatExceptionOfType(ClientException.NotOffered.class)
        .isThrownBy(() -> choosing(SecondFactor.Choice.KEY, true).ask(CODE_ONLY))
        .withMessageContaining("no security key registered");
  }
}

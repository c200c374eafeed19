// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.HeadlessCodeRequest;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.Password;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attack 24, the rest of it: guesses and floods at logins, numbers, codes and approvals. */
@Timeout(120)
class Attack24BruteForceIT extends WithAuth {
  private boolean begins(String user, String password, InetSocketAddress from) {
    try (var given = Password.copyOf(password.toCharArray())) {
      var answer =
          fixture().auth.logins().begin(new MfaLoginBeginRequest(user, given, false), from);
      return answer.webauthnChallenge() != null;
    } catch (WireException e) {
      assertThat(e.kind()).isEqualTo(ErrorKind.ACCESS_DENIED);
      return false;
    }
  }

  private static InetSocketAddress from(int network, int host) {
    return new InetSocketAddress(
        InetAddress.ofLiteral("203.0." + network + "." + (host + 1)), 40_000);
  }

  @Test
  void passwordOfAUserIsNotGuessedFromManyAddresses() {
    fixture().enroll("alice", "dev");
    fixture().enroll("bob", "dev");
    guess(i -> "alice", i -> from(i, i));

    assertThat(begins("alice", AuthFixture.PASSWORD, from(113, 77))).as("even the right").isFalse();
    assertThat(begins("bob", AuthFixture.PASSWORD, from(113, 77))).isTrue();
    fixture().clock.advance(Duration.ofSeconds(61));
    assertThat(begins("alice", AuthFixture.PASSWORD, from(113, 77))).isTrue();
  }

  @Test
  void passwordsOfManyUsersAreNotGuessedFromOneAddress() {
    fixture().enroll("alice", "dev");
    guess(i -> "user" + i, i -> from(113, 1));

    assertThat(begins("alice", AuthFixture.PASSWORD, from(113, 1))).isFalse();
    assertThat(begins("alice", AuthFixture.PASSWORD, from(113, 2))).isTrue();
  }

  @Test
  void passkeyLoginsAreCountedByAddressToo() {
    for (int i = 0; i < Logins.TRIES_PER_MINUTE_MAX; i++) {
      assertThat(beginsWithPasskey(from(113, 1))).isTrue();
    }

    assertThat(beginsWithPasskey(from(113, 1))).isFalse();
    assertThat(beginsWithPasskey(from(113, 2))).isTrue();
  }

  private boolean beginsWithPasskey(InetSocketAddress from) {
    try {
      fixture()
          .auth
          .logins()
          .begin(new MfaLoginBeginRequest("", Password.copyOf(new char[0]), true), from);
      return true;
    } catch (WireException e) {
      return false;
    }
  }

  private void guess(IntFunction<String> user, IntFunction<InetSocketAddress> from) {
    for (int i = 0; i < Logins.TRIES_PER_MINUTE_MAX; i++) {
      assertThat(begins(user.apply(i), "a guess", from.apply(i))).isFalse();
    }
  }

  @Test
  void approvalsOfAUserAreBoundedAndOthersGoOn() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var box = fixture().new RemoteBox();
    box.post("alice", facts("c1"));
    alice.look(alice.connect(), box.id);
    var asked =
        new HeadlessApprovals.Asked(box.id, ByteString.EMPTY, fixture().shownNumber(box.id));
    for (int i = 0; i < HeadlessApprovals.CHALLENGES_OF_USER_MAX; i++) {
      fixture().auth.approvals().challenge("alice", "s", AuthFixture.LAPTOP, asked);
    }

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(
            () -> fixture().auth.approvals().challenge("alice", "s", AuthFixture.LAPTOP, asked))
        .matches(e -> e.kind() == ErrorKind.LIMIT_EXCEEDED);
    assertThat(
            fixture()
                .auth
                .approvals()
                .challenge("bob", "s", AuthFixture.LAPTOP, asked)
                .publicKey()
                .challenge()
                .size())
        .isEqualTo(32);
    fixture().clock.advance(Duration.ofSeconds(61));
    fixture().auth.approvals().challenge("alice", "s", AuthFixture.LAPTOP, asked);
  }

  @Test
  void approvalsFromOneAddressAreBoundedWhoeverAsks() {
    var asked = new HeadlessApprovals.Asked("", ByteString.EMPTY, 0);
    for (int i = 0; i < HeadlessApprovals.CHALLENGES_OF_ADDRESS_MAX; i++) {
      fixture().auth.approvals().challenge("user" + i, "s", AuthFixture.LAPTOP, asked);
    }

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(
            () -> fixture().auth.approvals().challenge("alice", "s", AuthFixture.LAPTOP, asked));
    fixture().auth.approvals().challenge("alice", "s", AuthFixture.SERVER, asked);
  }

  @Test
  void challengesThatNobodyAnswersPushOutTheirOwnOldestOnly() {
    var challenges = new Challenges(fixture().clock, new java.security.SecureRandom());
    var alices = Challenges.Purpose.of("alice", "s", Challenges.Scope.HEADLESS_LOGIN);
    var bobs =
        challenges.create(Challenges.Purpose.of("bob", "s", Challenges.Scope.HEADLESS_LOGIN));
    var first = challenges.create(alices);
    Challenges.Challenge last = first;
    for (int i = 0; i < 1000; i++) {
      last = challenges.create(alices);
    }

    assertThat(challenges.take(first.bytes())).isEmpty();
    assertThat(challenges.take(last.bytes())).isPresent();
    assertThat(challenges.take(bobs.bytes())).isPresent();
  }

  @Test
  void callsOfTheWaitStoreNothingForWhoeverDoesNotLook() {
    fixture().enroll("alice", "dev");
    var box = fixture().new RemoteBox();
    box.post("alice", facts("c1"));
    var part = ByteString.copyFrom(new byte[32]);
    for (int i = 0; i < 1000; i++) {
      fixture()
          .auth
          .reverseCodes()
          .take(new HeadlessCodeRequest("user" + i, box.id, part, "x"), AuthFixture.SERVER);
      var ask = new HeadlessNumberRequest("user" + i, box.id, part);
      assertThatExceptionOfType(WireException.class)
          .isThrownBy(() -> fixture().auth.headlessNumber(ask));
    }

    assertThat(fixture().backend.range(HeadlessStore.PREFIX, "", 10)).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jtsh.pki.PasswordHash;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.Password;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attack 26: who has no account finds out who has one, by words, by work or by time. The work is
 * counted: a refusal without the one hash would show at once. Time is compared side by side, so
 * that a busy machine slows both alike.
 */
@Timeout(180)
class Attack26UserOracleIT {
  private static final int PAIRS = 15;

  /** Without its hash one side would be faster by a factor of fifty. */
  private static final double FACTOR_MAX = 3;

  @TempDir Path directory;
  private int asked;

  @Test
  void everyRefusalDoesTheSameWork() throws Exception {
    try (AuthFixture fixture = new AuthFixture(directory)) {
      fixture.enroll("alice", "dev");
      fixture.auth.users().add("invited", List.of("dev")); // Has no password yet.
      for (String user : List.of("alice", "invited", "nobody", "no name at all", "")) {
        for (String password : List.of("not the password", "", "x".repeat(600))) {
          long before = PasswordHash.runs();
          assertThat(refused(fixture, user, password)).as("%s, %s", user, password).isNotNull();
          assertThat(PasswordHash.runs() - before).as("hashes for %s", user).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void wordsOfARefusedLoginAreTheSame() throws Exception {
    try (AuthFixture fixture = new AuthFixture(directory)) {
      fixture.enroll("alice", "dev");
      WireException known = refused(fixture, "alice", "not the password");
      WireException unknown = refused(fixture, "nobody", "not the password");
      assertThat(unknown.error()).isEqualTo(known.error());
    }
  }

  @Test
  void timeOfARefusedLoginIsThatOfAnUnknownUser() throws Exception {
    try (AuthFixture fixture = new AuthFixture(directory)) {
      fixture.enroll("alice", "dev");
      nanos(fixture, "alice");
      nanos(fixture, "nobody");
      List<Long> known = new ArrayList<>();
      List<Long> unknown = new ArrayList<>();
      for (int i = 0; i < PAIRS; i++) {
        boolean knownFirst = i % 2 == 0;
        (knownFirst ? known : unknown).add(nanos(fixture, knownFirst ? "alice" : "nobody" + i));
        (knownFirst ? unknown : known).add(nanos(fixture, knownFirst ? "nobody" + i : "alice"));
      }
      assertThat(median(known) / median(unknown))
          .as("median of known over median of unknown")
          .isBetween(1 / FACTOR_MAX, FACTOR_MAX);
    }
  }

  private long nanos(AuthFixture fixture, String user) throws UnknownHostException {
    long begin = System.nanoTime();
    assertThat(refused(fixture, user, "not the password")).isNotNull();
    return System.nanoTime() - begin;
  }

  private static double median(List<Long> times) {
    List<Long> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private WireException refused(AuthFixture fixture, String user, String password)
      throws UnknownHostException {
    asked++;
    fixture.clock.advance(Duration.ofMinutes(2)); // Else the limit of tries would answer.
    var remote =
        new InetSocketAddress(
            InetAddress.getByAddress(new byte[] {10, 0, (byte) (asked >> 8), (byte) asked}), 4000);
    try (Password given = Password.copyOf(password.toCharArray())) {
      var request = new MfaLoginBeginRequest(user, given, false);
      return catchThrowableOfType(
          WireException.class, () -> fixture.auth.logins().begin(request, remote));
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.Password;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 26: who has no account finds out who has one, by words or by time. */
@Timeout(180)
class Attack26UserOracleIT {
  private static final int SAMPLES = 2_000;

  /** A slow machine gives fewer samples in this time; it is said in the result how many. */
  private static final Duration MEASURE = Duration.ofSeconds(25);

  private static final int SAMPLES_MIN = 20;
  private static final double ALPHA = 0.01;

  @TempDir Path directory;
  private int asked;

  private record Sample(boolean known, long nanos) {}

  @Test
  void timeOfARefusedLoginDoesNotTellWhetherTheUserExists() throws Exception {
    try (AuthFixture fixture = new AuthFixture(directory)) {
      fixture.enroll("alice", "dev");
      measure(fixture, Duration.ofSeconds(3)); // Compiled by then.
      double first = measure(fixture, MEASURE);
      // By chance alone one in a hundred honest measurements looks like that; not two in a row.
      double worst = first >= ALPHA ? first : measure(fixture, MEASURE);
      assertThat(worst).as("p of the rank test, known against unknown").isGreaterThan(ALPHA);
    }
  }

  @Test
  void wordsOfARefusedLoginAreTheSame() throws Exception {
    try (AuthFixture fixture = new AuthFixture(directory)) {
      fixture.enroll("alice", "dev");
      WireException known = refused(fixture, "alice");
      WireException unknown = refused(fixture, "nobody");
      assertThat(unknown.error()).isEqualTo(known.error());
    }
  }

  private double measure(AuthFixture fixture, Duration longest) throws Exception {
    List<Sample> samples = new ArrayList<>();
    long end = System.nanoTime() + longest.toNanos();
    for (int i = 0; i < SAMPLES && System.nanoTime() < end; i++) {
      boolean knownFirst = i % 2 == 0; // Interleaved, so that a busy machine slows both alike.
      samples.add(sample(fixture, knownFirst));
      samples.add(sample(fixture, !knownFirst));
    }
    assumeTrue(
        !longest.equals(MEASURE) || samples.size() >= 2 * SAMPLES_MIN,
        "this machine is too busy for a measurement");
    return rankTest(samples);
  }

  private Sample sample(AuthFixture fixture, boolean known) throws Exception {
    String user = known ? "alice" : "nobody" + asked;
    if (asked % 5 == 0) {
      fixture.clock.advance(Duration.ofMinutes(2)); // Else the limit of tries would answer.
    }
    long begin = System.nanoTime();
    refused(fixture, user);
    return new Sample(known, System.nanoTime() - begin);
  }

  private WireException refused(AuthFixture fixture, String user) throws UnknownHostException {
    asked++;
    var request =
        new MfaLoginBeginRequest(user, Password.copyOf("not the password".toCharArray()), false);
    var remote =
        new InetSocketAddress(
            InetAddress.getByAddress(
                new byte[] {10, (byte) (asked >> 16), (byte) (asked >> 8), (byte) asked}),
            4000);
    return catchThrowableOfType(
        WireException.class, () -> fixture.auth.logins().begin(request, remote));
  }

  /** Two-sided p of the Mann-Whitney test with the normal approximation; times hardly ever tie. */
  private static double rankTest(List<Sample> samples) {
    List<Sample> sorted = samples.stream().sorted(Comparator.comparingLong(Sample::nanos)).toList();
    double ranks = 0;
    for (int i = 0; i < sorted.size(); i++) {
      ranks += sorted.get(i).known() ? i + 1 : 0;
    }
    double n = samples.size() / 2.0;
    double u = ranks - n * (n + 1) / 2;
    double z = (u - n * n / 2) / Math.sqrt(n * n * (2 * n + 1) / 12);
    return erfc(Math.abs(z) / Math.sqrt(2));
  }

  /** Complementary error function; Abramowitz and Stegun 7.1.26, good to seven digits. */
  private static double erfc(double x) {
    double t = 1 / (1 + 0.3275911 * x);
    double series =
        t
            * (0.254829592
                + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return series * Math.exp(-x * x);
  }
}

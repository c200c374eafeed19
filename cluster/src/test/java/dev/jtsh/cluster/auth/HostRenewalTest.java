// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Host certificates are renewed in time without a restart, and a host keeps its id. */
class HostRenewalTest {
  @TempDir Path directory;

  @Test
  void certificateAndKeyAreNewAfterHalfTheLifeAndTheHostIsTheSame() throws Exception {
    try (AuthFixture fixture = new AuthFixture(directory);
        RenewedIdentity proxy = fixture.auth.hosts().proxy("proxy.example.com")) {
      TlsIdentity first = proxy.get();
      Duration life =
          Duration.between(fixture.clock.instant(), first.leaf().getNotAfter().toInstant());
      assertThat(life).isBetween(Duration.ofDays(9), Duration.ofDays(10));
      fixture.clock.advance(Duration.ofDays(5).minusMinutes(2));
      assertThat(proxy.get()).isSameAs(first);

      fixture.clock.advance(Duration.ofMinutes(2));
      TlsIdentity second = proxy.get();
      assertThat(second.leaf().getPublicKey()).isNotEqualTo(first.leaf().getPublicKey());
      assertThat(HostIdentity.of(second.leaf())).isEqualTo(HostIdentity.of(first.leaf()));
      assertThat(proxy.get()).isSameAs(second);

      for (int day = 0; day < 400; day += 4) { // More than a year without a restart.
        fixture.clock.advance(Duration.ofDays(4));
        assertThat(proxy.get().leaf().getNotAfter().toInstant())
            .isAfter(fixture.clock.instant().plus(Duration.ofDays(1)));
      }
    }
  }

  @Test
  void hostIdIsTheSameAtTheNextStart() throws Exception {
    String id;
    try (AuthFixture fixture = new AuthFixture(directory)) {
      id = fixture.auth.hosts().hostId();
    }
    try (AuthFixture fixture = new AuthFixture(directory)) {
      assertThat(fixture.auth.hosts().hostId()).isEqualTo(id);
    }
  }
}

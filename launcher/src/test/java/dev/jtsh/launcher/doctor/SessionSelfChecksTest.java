// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.nativebindings.SecretArena.Kind;
import dev.jtsh.nativebindings.SecretMemoryState;
import dev.jtsh.protocol.json.WireJson;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is made of the session's own words. */
class SessionSelfChecksTest {
  private static final ProcessState PROCESS =
      new ProcessState(false, 0, 8 << 20, 512 << 10, false, false, 0, 0, true, true, true);

  private static SecretMemoryState memory(Kind kind, long used) {
    return new SecretMemoryState(kind, 256 << 10, 4 << 20, used, used);
  }

  private static SessionSelf self(Kind kind, long used, boolean locked, Map<String, Long> refused) {
    return new SessionSelf(
        memory(kind, used),
        memory(Kind.MEMFD_SECRET, 4096),
        PROCESS,
        locked,
        new SessionSelf.Port(true, 3, 1, refused));
  }

  private static Outcome memory(SessionSelf self) {
    return new SessionMemoryCheck(new SessionAnswer(() -> self)).look();
  }

  private static Outcome port(SessionSelf self) {
    return new SessionPortCheck(new SessionAnswer(() -> self)).look();
  }

  @Test
  void whatTheSessionSaysComesThroughItsJson() {
    SessionSelf self = self(Kind.LOCKED, 4096, true, Map.of("root", 2L));
    assertThat(WireJson.read(WireJson.write(self), SessionSelf.class)).isEqualTo(self);
  }

  @Test
  void secretMemoryIsShownWithItsKindAndBytes() {
    Outcome seen = memory(self(Kind.MEMFD_SECRET, 8192, true, Map.of()));
    assertThat(seen).isInstanceOf(Outcome.Ok.class);
    assertThat(seen.seen().toString())
        .contains("memfd_secret, 8 KiB of 256 KiB used of up to 4 MiB")
        .contains("VmLck 512 KiB, limit 8 MiB");
  }

  @Test
  void lessThanPromisedIsSaid() {
    assertThat(memory(self(Kind.LOCKED, 1, true, Map.of()))).isInstanceOf(Outcome.Warning.class);
    assertThat(memory(self(Kind.UNLOCKED, 1, true, Map.of()))).isInstanceOf(Outcome.Fail.class);
    assertThat(memory(self(Kind.MEMFD_SECRET, 1, false, Map.of())))
        .isInstanceOf(Outcome.Fail.class);
    assertThat(memory(self(Kind.MEMFD_SECRET, 4_000_000, true, Map.of())))
        .isInstanceOf(Outcome.Warning.class);
  }

  @Test
  void othersAtThePortAreSaid() {
    assertThat(port(self(Kind.LOCKED, 1, true, Map.of("gone", 3L)))).isInstanceOf(Outcome.Ok.class);
    assertThat(port(self(Kind.LOCKED, 1, true, Map.of("other_user", 1L))))
        .isInstanceOf(Outcome.Warning.class);
    assertThat(port(self(Kind.LOCKED, 1, true, Map.of("root", 1L))).seen().toString())
        .contains("3 connections, 1 in handshake")
        .contains("root=1");
  }

  @Test
  void aSessionThatDoesNotAnswerIsAskedOnceAndNothingIsClaimed() {
    AtomicInteger asked = new AtomicInteger();
    SessionAnswer answer =
        new SessionAnswer(() -> {
          asked.incrementAndGet();
          throw new IOException("the session answers with 404");
        });
    assertThat(new SessionMemoryCheck(answer).look()).isInstanceOf(Outcome.NotMeasured.class);
    assertThat(new SessionPortCheck(answer).look().seen().toString()).contains("404");
    assertThat(asked).hasValue(1);
  }
}

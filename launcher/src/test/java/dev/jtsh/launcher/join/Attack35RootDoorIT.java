// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 35: root is let in only while a command has opened the door for it. */
class Attack35RootDoorIT {
  private static final String ID = "0e6f4e4c-9bd2-5b2a-8a8a-000000000035";
  private static final long SOON_SECONDS = 30;

  @TempDir Path runtime;
  private final AtomicInteger root = new AtomicInteger();

  @BeforeEach
  void makePrivate() throws IOException {
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
  }

  private Map<String, String> environment() {
    return Map.of("XDG_RUNTIME_DIR", runtime.toString());
  }

  private JoinDoor open() throws CannotJoinException {
    MemorySegment content = Arena.ofAuto().allocateFrom("the kubeconfig");
    return JoinDoor.open(
        environment(),
        ID,
        () -> new JoinOffer(ID, "c1", "2030-01-01T00:00:00Z", 1, 0),
        content,
        root);
  }

  private void awaitClosed() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SOON_SECONDS);
    while (root.get() != 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(root).hasValue(0);
  }

  @Test
  void whoJoinsWithoutAskingForItOpensNothing() throws IOException {
    try (JoinPlace place = JoinPlace.open(environment());
        JoinDoor _ = open();
        JoinedSession plain = JoinedSession.join(place, ID, false).orElseThrow()) {
      assertThat(plain.offer().session()).isEqualTo(ID);
      assertThat(root).hasValue(0);
    }
  }

  @Test
  void theDoorIsOpenAsLongAsTheLastCommandForRootLives() throws IOException {
    try (JoinPlace place = JoinPlace.open(environment());
        JoinDoor _ = open()) {
      JoinedSession one = JoinedSession.join(place, ID, true).orElseThrow();
      try (JoinedSession two = JoinedSession.join(place, ID, true).orElseThrow()) {
        assertThat(root).hasValue(2);
        one.close();
        assertThat(two.offer().session()).isEqualTo(ID);
      }
      awaitClosed();
    }
  }

  @Test
  void itIsClosedWithTheSession() throws IOException {
    try (JoinPlace place = JoinPlace.open(environment())) {
      JoinDoor door = open();
      try (JoinedSession _ = JoinedSession.join(place, ID, true).orElseThrow()) {
        assertThat(root).hasValue(1);
        door.close();
        awaitClosed();
      }
    }
  }
}

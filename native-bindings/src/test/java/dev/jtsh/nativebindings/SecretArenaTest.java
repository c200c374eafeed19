// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EnabledOnOs(OS.LINUX)
class SecretArenaTest {
  private static final int BYTES = 64 * 1024;

  @Test
  void theProcessHasSecretPagesOfAUsefulSize() {
    assertThat(SecretArena.process().kind()).isEqualTo(SecretArena.Kind.MEMFD_SECRET);
    assertThat(SecretArena.process().capacity()).isGreaterThanOrEqualTo(BYTES);
  }

  @ParameterizedTest
  @EnumSource(SecretArena.Kind.class)
  void everyKindKeepsWhatItSays(SecretArena.Kind kind) throws Exception {
    try (SecretArena arena = SecretArena.create(BYTES, kind)) {
      assertThat(arena.kind()).isEqualTo(kind);
      try (SecretBuffer buffer = arena.allocate(100)) {
        String flags = vmFlags(buffer.segment().address());
        switch (kind) {
          // dc: not copied on fork, dd: not dumped, lo: locked, wf: wiped on fork.
          case MEMFD_SECRET -> assertThat(flags).contains(" dc ", " dd ", " lo ");
          case LOCKED -> assertThat(flags).contains(" wf ", " dd ", " lo ");
          case UNLOCKED -> assertThat(flags).contains(" wf ", " dd ").doesNotContain(" lo ");
        }
      }
    }
  }

  @Test
  void noDescriptorOfTheSecretPagesStaysOpen() throws Exception {
    try (SecretArena _ = SecretArena.create(BYTES, SecretArena.Kind.MEMFD_SECRET);
        var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      assertThat(descriptors.map(SecretArenaTest::target)).noneMatch(t -> t.contains("secretmem"));
    }
  }

  @ParameterizedTest
  @EnumSource(SecretArena.Kind.class)
  void guardPagesLieOnBothSides(SecretArena.Kind kind) throws Exception {
    try (SecretArena arena = SecretArena.create(BYTES, kind);
        SecretBuffer buffer = arena.allocate(BYTES)) {
      long start = buffer.segment().address();
      assertThat(permissionsOf(start - 1)).isEqualTo("---p");
      assertThat(permissionsOf(start)).startsWith("rw-");
      assertThat(permissionsOf(start + BYTES)).isEqualTo("---p");
    }
  }

  @Test
  void aClosedBufferIsWipedAndItsRoomIsUsedAgain() {
    try (SecretArena arena = SecretArena.create(BYTES, SecretArena.Kind.MEMFD_SECRET)) {
      SecretBuffer secret = arena.allocate(48);
      secret.segment().fill((byte) 7);
      MemorySegment gone = secret.segment();
      long address = gone.address();
      secret.close();

      assertThatThrownBy(() -> gone.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
      try (SecretBuffer next = arena.allocate(48)) {
        assertThat(next.segment().address()).isEqualTo(address);
        assertThat(next.segment().toArray(JAVA_BYTE)).containsOnly(0);
      }
      assertThat(arena.used()).isZero();
    }
  }

  @Test
  void aFullArenaSaysSoAndRecovers() {
    try (SecretArena arena = SecretArena.create(BYTES, SecretArena.Kind.LOCKED)) {
      SecretBuffer most = arena.allocate(BYTES - 16);
      assertThatThrownBy(() -> arena.allocate(17))
          .isInstanceOf(SecretArenaExhaustedException.class)
          .hasMessageContaining("65520 of 65536");
      arena.allocate(16).close();
      most.close();
      arena.allocate(BYTES).close();
      assertThatThrownBy(() -> arena.allocate(Integer.MAX_VALUE))
          .isInstanceOf(SecretArenaExhaustedException.class);
      assertThatThrownBy(() -> arena.allocate(0)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void itGrowsByRegionsOfItsKindBetweenGuardsAndShrinksAgain() throws Exception {
    try (SecretArena arena = SecretArena.create(BYTES, 4 * BYTES, SecretArena.Kind.MEMFD_SECRET)) {
      SecretBuffer first = arena.allocate(BYTES);
      SecretBuffer second = arena.allocate(100);
      SecretBuffer large = arena.allocate(BYTES + 1);
      assertThat(arena.capacity()).isEqualTo(2 * BYTES + BYTES + 4096);
      for (SecretBuffer buffer : List.of(second, large)) {
        assertThat(vmFlags(buffer.segment().address())).contains(" dc ", " dd ", " lo ");
        assertThat(permissionsOf(buffer.segment().address() - 1)).isEqualTo("---p");
      }
      assertThatThrownBy(() -> arena.allocate(BYTES))
          .isInstanceOf(SecretArenaExhaustedException.class)
          .hasMessageContaining("131200 of 200704")
          .hasMessageContaining("at most 262144");
      second.close();
      large.close();
      assertThat(arena.capacity()).isEqualTo(BYTES);
      assertThat(arena.state().peakBytes()).isEqualTo(2 * BYTES + 16 + 112);
      first.close();
      arena.allocate(BYTES + 1).close();
      assertThat(arena.used()).isZero();
    }
  }

  @Test
  void buffersNeverOverlapAndAllRoomComesBack() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<SecretBuffer> open = new ArrayList<>();
    try (SecretArena arena = SecretArena.create(4096, 2 * BYTES, SecretArena.Kind.LOCKED)) {
      for (int i = 0; i < 5_000; i++) {
        if (open.size() > 20 || (!open.isEmpty() && random.nextInt(3) == 0)) {
          SecretBuffer victim = open.remove(random.nextInt(open.size()));
          byte mark = victim.segment().get(JAVA_BYTE, 0);
          assertThat(victim.segment().toArray(JAVA_BYTE)).as("seed %d", seed).containsOnly(mark);
          victim.close();
        } else {
          SecretBuffer fresh = arena.allocate(1 + random.nextInt(2_000));
          fresh.segment().fill((byte) (1 + random.nextInt(127)));
          open.add(fresh);
        }
      }
      open.forEach(SecretBuffer::close);
      assertThat(arena.used()).isZero();
      assertThat(arena.capacity()).isEqualTo(4096);
    }
  }

  private static String vmFlags(long address) throws Exception {
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        inside = covers(line, address);
      } else if (inside && line.startsWith("VmFlags:")) {
        return line + " ";
      }
    }
    throw new AssertionError("no mapping at " + Long.toHexString(address));
  }

  private static String permissionsOf(long address) throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      if (covers(line, address)) {
        return line.split(" ")[1];
      }
    }
    throw new AssertionError("no mapping at " + Long.toHexString(address));
  }

  private static boolean covers(String line, long address) {
    String[] range = line.substring(0, line.indexOf(' ')).split("-");
    long from = Long.parseUnsignedLong(range[0], 16);
    long to = Long.parseUnsignedLong(range[1], 16);
    return Long.compareUnsigned(address, from) >= 0 && Long.compareUnsigned(address, to) < 0;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (java.io.IOException e) {
      return "";
    }
  }
}

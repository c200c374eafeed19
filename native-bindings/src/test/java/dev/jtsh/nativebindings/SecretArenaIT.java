// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only shows when a process dies. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SecretArenaIT {
  private static final byte[] SECRET = "what is signed".getBytes(UTF_8);
  private static final int CRASHED = 1;
  private static final int REGION_BYTES = 16 * 1024;

  /** The JVM turns the SIGSEGV into its report and, told to leave no core, into status 1. */
  @ParameterizedTest
  @CsvSource({"MEMFD_SECRET, -1", "MEMFD_SECRET, 16384", "LOCKED, -1", "LOCKED, 16384"})
  void whoWritesBesideARegionDies(SecretArena.Kind kind, long offset) throws Exception {
    try (SubjectProcess subject = SubjectProcess.start("overrun", kind.name(), "" + offset)) {
      String place = subject.line().replace("writes to ", "");
      String rest = subject.rest();
      assertThat(subject.awaitEnd()).isEqualTo(CRASHED);
      assertThat(rest)
          .contains("SIGSEGV")
          .containsPattern("si_addr: 0x0*" + place)
          .doesNotContain("written");
    }
  }

  @Test
  void whoWritesToItsLastByteLives() throws Exception {
    try (SubjectProcess subject =
        SubjectProcess.start("overrun", "LOCKED", "" + (REGION_BYTES - 1))) {
      assertThat(subject.rest()).endsWith("written\n");
      assertThat(subject.awaitEnd()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "HUP", "INT", "exit"})
  void theEndOfTheProcessWipesWhatIsStillOpen(String end) throws Exception {
    assumeTrue(ProcessCalls.geteuid() == 0, "reads the memory of another process");
    try (SubjectProcess subject = SubjectProcess.start("end", end)) {
      long address = Long.parseLong(subject.line().replace("secret at ", ""));
      if (!end.equals("exit")) {
        assertThat(read(subject.pid(), address)).isEqualTo(SECRET);
        subject.signal(end);
      }
      // Keys go first, then the arena, which needs a moment.
      assertThat(subject.line()).isEqualTo("the key is closed");
      byte[] left = read(subject.pid(), address);
      for (long until = System.nanoTime() + 20_000_000_000L;
          !java.util.Arrays.equals(left, new byte[SECRET.length]) && System.nanoTime() < until; ) {
        left = read(subject.pid(), address);
      }
      assertThat(left).containsOnly(0);
    }
  }

  private static byte[] read(long pid, long address) throws Exception {
    try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
      byte[] bytes = new byte[SECRET.length];
      memory.seek(address);
      memory.readFully(bytes);
      return bytes;
    }
  }
}

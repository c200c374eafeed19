// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignLibrariesCheckTest {
  private static final String CODE = "7f00-7f10 r-xp 00000000 fe:01 1234      ";
  private static final String DATA = "7f00-7f10 r--p 00000000 fe:01 1234      ";
  private static final String USUAL =
      CODE
          + "/opt/java/lib/server/libjvm.so\n"
          + CODE
          + "/opt/jtsh/lib/libnetty_tcnative.so\n"
          + CODE
          + "/usr/lib/x86_64-linux-gnu/libc.so.6\n"
          + CODE
          + "/lib64/ld-linux-x86-64.so.2\n"
          + CODE
          + "/usr/lib/x86_64-linux-gnu/libnss_systemd.so.2\n"
          + CODE
          + "/usr/lib/libcrypto.so.3\n"
          + "7f00-7f10 r-xp 00000000 00:00 0         [vdso]\n"
          + "7f00-7f10 rwxp 00000000 00:00 0 \n"
          + DATA
          + "/home/alice/data.bin\n";

  private @TempDir Path root;

  private Outcome look(String maps) {
    FakeMachine machine = new FakeMachine(root).file("/proc/self/maps", maps);
    return new ForeignLibrariesCheck(
            machine.machine(),
            new FakeProcess(),
            List.of(Path.of("/opt/java"), Path.of("/opt/jtsh/lib")))
        .look();
  }

  @Test
  void whatBelongsIsOk() {
    assertThat(look(USUAL)).isInstanceOf(Outcome.Ok.class);
  }

  @Test
  void preloadedLibraryIsNamed() {
    Outcome outcome = look(USUAL + CODE + "/tmp/evil.so\n");
    assertThat(outcome).isInstanceOf(Outcome.Warning.class);
    assertThat(outcome.seen().toString()).isEqualTo("/tmp/evil.so");
  }

  @Test
  void knownNamesFromOtherPlacesAreForeign() {
    for (String file :
        List.of(
            "/home/alice/lib/libc.so.6",
            "/usr/local/ssl/libcrypto.so.3",
            "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)",
            "/opt/java-agent/agent.so")) {
      assertThat(look(USUAL + CODE + file + "\n")).as(file).isInstanceOf(Outcome.Warning.class);
    }
  }

  @Test
  void unreadableListIsNotMeasured() {
    assertThat(
            new ForeignLibrariesCheck(new FakeMachine(root).machine(), new FakeProcess(), List.of())
                .look())
        .isInstanceOf(Outcome.NotMeasured.class);
  }
}

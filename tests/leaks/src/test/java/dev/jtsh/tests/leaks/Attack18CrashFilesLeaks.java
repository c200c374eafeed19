// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A crash in the middle of a session leaves no file: no log, no core, no heap dump (rule 18). */
@ExtendWith(LeakWorld.Visit.class)
final class Attack18CrashFilesLeaks {
  private final LeakWorld world;

  Attack18CrashFilesLeaks(LeakWorld world) {
    this.world = world;
  }

  @Test
  void aSegmentationFaultInASessionLeavesNoFile() throws Exception {
    List<String> before = files();
    try (ObservedSession session = ObservedSession.ask(world, world.program().asBuilt())) {
      session.approve();
      ProcessHandle jtsh = ProcessHandle.of(session.pid()).orElseThrow();
      Programs.run("kill", "-SEGV", Long.toString(session.pid()));
      jtsh.onExit().get(LeakWorld.SOON.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(files()).containsExactlyElementsOf(before);
  }

  /** Every file of the user where a user may write. */
  private List<String> files() {
    String places = world.home() + " /tmp /var/tmp /dev/shm /run";
    String find = "find " + places + " -type f -user " + world.ordinaryUser() + " 2>/dev/null";
    return Programs.run("sh", "-c", find + " | sort -u").lines().toList();
  }
}

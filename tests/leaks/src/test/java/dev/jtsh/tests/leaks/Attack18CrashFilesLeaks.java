// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.TestedJtsh;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  @Test
  void theEndOfMemoryInASessionLeavesNoFile() throws Exception {
    List<String> before = files();
    Touch end = Touch.in(world.newDirectory("exhaust"));
    Map<String, String> properties = Map.of(TestedJtsh.EXHAUST, end.pipe().toString());
    Path jtsh = world.program().tested("jtsh-exhausted", properties);
    try (ObservedSession session = ObservedSession.ask(world, jtsh)) {
      session.approve();
      end.now();
      session.terminal().expect(TestedJtsh.EXHAUSTED, LeakWorld.SOON);
      assertThat(files()).containsExactlyElementsOf(before);
      session.kubectl("get", "namespaces").orThrow(); // It goes on.
      assertThat(session.exit()).isZero();
    }
    assertThat(files()).containsExactlyElementsOf(before);
  }

  /** Every file of the user where a user may write, but for kubectl's own cache. */
  private List<String> files() {
    String places = world.home() + " /tmp /var/tmp /dev/shm /run";
    String find = "find " + places + " -type f -user " + world.ordinaryUser() + " 2>/dev/null";
    return Programs.run("sh", "-c", find + " | sort -u")
        .lines()
        .filter(file -> !file.startsWith(world.kubectlHome().toString()))
        .toList();
  }
}

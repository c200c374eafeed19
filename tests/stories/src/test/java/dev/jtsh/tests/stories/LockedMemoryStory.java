// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What of a session is locked in memory, as the kernel says it, and what the process is closed to.
 */
@ExtendWith(StoryWorld.Visit.class)
final class LockedMemoryStory {
  private static final Pattern MAPPING = Pattern.compile("^[0-9a-f]+-[0-9a-f]+ .*");
  private static final Pattern WARNING_KEYS =
      Pattern.compile("WARNING: swap may see [^\\n]*private keys");
  private static final Pattern WARNING_KUBECONFIG =
      Pattern.compile("WARNING: swap may see [^\\n]*kubeconfig");
  private static final int USUAL_LIMIT = 8 * 1024 * 1024;

  private final StoryWorld world;

  LockedMemoryStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void rootHasTheWholeProcessLockedAndTheShellItsOwnUmaskAndOnlyItsDescriptors() throws Exception {
    try (HeadlessShell session = world.open("/bin/bash")) {
      long pid = session.program().pid();
      assertThat(kilobytes(pid, "VmLck")).isGreaterThan(kilobytes(pid, "VmSize") / 10 * 9);
      // Locked as it is touched, and not all 2.5 GB of address space at once.
      assertThat(kilobytes(pid, "VmRSS")).isLessThan(250 * 1024);
      session.type("echo umask-$(umask)", "umask-0022");
      session.type("ls -1 /proc/self/fd | tr '\\n' ,; echo", "0,1,2,3,4,"); // 4 is the listing.
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void withoutTheRightToLockAllStrictHoldsForSecretsAndKubeconfig() throws Exception {
    try (PseudoTerminal terminal = limited(USUAL_LIMIT, "--mlock=strict")) {
      HeadlessShell session = HeadlessShell.on(world, terminal);
      session.approve();
      session.awaitPrompt();
      long pid = session.program().pid();
      List<String> locked = lockedMappings(pid);
      assertThat(locked).filteredOn(m -> m.contains("secretmem")).hasSize(2);
      assertThat(locked).filteredOn(m -> m.contains("memfd:kubeconfig")).hasSize(1);
      assertThat(kilobytes(pid, "VmLck")).isBetween(1024L, 2048L);
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void withALimitOfZeroStrictEndsAndBestEffortNamesWhatIsUnlocked() throws Exception {
    List<String> command = new ArrayList<>(limit(0));
    command.addAll(world.command().with(List.of("--mlock=strict")).words());
    ProgramResult strict = world.run(command);
    assertThat(strict.exitCode()).isEqualTo(84);
    assertThat(strict.stderr()).contains("private keys").contains("ulimit -l");

    try (PseudoTerminal terminal = limited(0, "--mlock=best_effort")) {
      terminal.expect(WARNING_KEYS, StoryWorld.SOON);
      HeadlessShell session = HeadlessShell.on(world, terminal);
      session.approve();
      session.awaitPrompt();
      assertThat(terminal.plainTranscript()).containsPattern(WARNING_KUBECONFIG);
      assertThat(kilobytes(session.program().pid(), "VmLck")).isZero();
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void codeFromTheEnvironmentIsKeptFromJtshAndRefusedAroundItsScript() throws Exception {
    Map<String, String> environment = new HashMap<>(world.environment("/bin/bash"));
    environment.put("JAVA_TOOL_OPTIONS", "-Dforeign=code");
    try (HeadlessShell session = HeadlessShell.ask(world, environment, List.of())) {
      assertThat(session.terminal().screen())
          .contains("jtsh itself runs without JAVA_TOOL_OPTIONS");
      session.approve();
      session.awaitPrompt();
      session.type("echo $JAVA_TOOL_OPTIONS", "-Dforeign=code");

      String running = Files.readString(proc(session.program().pid(), "cmdline"));
      List<String> around = List.of(running.split("\0"));
      try (RunningProgram program = RunningProgram.start(around, environment)) {
        ProgramResult refused = program.awaitEnd(StoryWorld.SOON);
        assertThat(refused.exitCode()).isEqualTo(85);
        assertThat(refused.stderr()).contains("JAVA_TOOL_OPTIONS").contains("unset it");
      }
    }
  }

  private PseudoTerminal limited(int bytes, String more) {
    List<String> command = new ArrayList<>(limit(bytes));
    command.addAll(world.command().with(List.of(more)).words());
    return world.terminal(command, world.environment("/bin/bash"));
  }

  /** As an ordinary user is limited: by the number, and without CAP_IPC_LOCK. */
  private static List<String> limit(int bytes) {
    return List.of(
        "/usr/bin/prlimit",
        "--memlock=" + bytes + ":" + bytes,
        "/usr/bin/setpriv",
        "--bounding-set=-ipc_lock",
        "--inh-caps=-ipc_lock",
        "--");
  }

  private static List<String> lockedMappings(long pid) throws IOException {
    List<String> locked = new ArrayList<>();
    String mapping = "";
    for (String line : Files.readAllLines(proc(pid, "smaps"), StandardCharsets.UTF_8)) {
      if (MAPPING.matcher(line).matches()) {
        mapping = line;
      } else if (line.startsWith("VmFlags:") && (line + " ").contains(" lo ")) {
        locked.add(mapping);
      }
    }
    return locked;
  }

  private static long kilobytes(long pid, String field) throws IOException {
    for (String line : Files.readAllLines(proc(pid, "status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new AssertionError("no " + field);
  }

  private static Path proc(long pid, String file) {
    return Path.of("/proc", Long.toString(pid), file);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A hardened process of an ordinary user, looked at by that user and by another one. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Attack16NotDumpableTooLateIT {
  private static final String OWNER = "65534";
  private static final String STRANGER = "65533";

  @TempDir(cleanup = CleanupMode.ALWAYS)
  Path directory;

  @BeforeEach
  void onlyRootMayBecomeOthers() throws Exception {
    assumeTrue(ProcessCalls.geteuid() == 0, "starts processes of other users");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")));
    // The build may lie where ordinary users cannot look.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void hardeningHoldsAndTheShellStillGetsItsFile() throws Exception {
    try (SubjectProcess subject =
        SubjectProcess.startWithClassPath(as(OWNER), PublicClassPath.in(directory), "harden")) {
      assertThat(subject.line()).isEqualTo("dumpable false");
      assertThat(subject.line()).isEqualTo("tracer 0");
      assertThat(subject.line()).isEqualTo("core Limit[soft=0, hard=0]");
      assertThat(subject.line()).isEqualTo("umask 77");
      assertThat(subject.line()).isEqualTo("arena MEMFD_SECRET");
      assertThat(subject.line()).startsWith("whole ");
      List<String> both = List.of(subject.line(), subject.line());
      // The child and the subject write to one pipe, in any order.
      assertThat(both).contains("content");
      String[] child =
          both.stream().filter(l -> l.startsWith("child ")).findFirst().orElseThrow().split(" ");

      String ours = "/proc/" + subject.pid();
      for (String file : List.of("/mem", "/environ", "/maps", "/fd/" + child[3])) {
        assertThat(canRead(OWNER, ours + file)).as(file).isFalse();
        assertThat(canRead(STRANGER, ours + file)).as(file).isFalse();
      }
      assertThat(canRead(OWNER, ours + "/cmdline")).isTrue();
      // The shell's file: its owner reads it, nobody else.
      assertThat(canRead(OWNER, "/proc/" + child[1] + "/fd/3")).isTrue();
      assertThat(canRead(STRANGER, "/proc/" + child[1] + "/fd/3")).isFalse();
      assertThat(subject.finish()).isZero();
    }
  }

  @Test
  void anOtherUserWhoInheritsTheDescriptorCannotOpenItAgain() throws Exception {
    try (var arena = java.lang.foreign.Arena.ofConfined();
        MemoryFile file = MemoryFile.create("kubeconfig", arena.allocateFrom("content"))) {
      List<String> argv = new ArrayList<>(as(STRANGER));
      argv.addAll(
          List.of("/bin/sh", "-c", "cat /proc/self/fd/3 >/dev/null 2>&1 && exit 40; exit 41"));
      ChildProcess child =
          ChildProcess.spawn(
              new SpawnRequest(
                  argv.getFirst(),
                  argv,
                  Environment.of(Map.of("PATH", "/usr/bin:/bin")),
                  file.childDescriptors()));
      assertThat(child.waitFor().code()).isEqualTo(41);
    }
  }

  @Test
  void noDescriptorGoesOnToAChildUnlessItIsHandedOver() throws Exception {
    List<String> holding = List.of("/bin/sh", "-c", "exec 9</etc/passwd; exec \"$@\"", "sh");
    List<String> command = new ArrayList<>(holding);
    command.addAll(as(OWNER));
    try (SubjectProcess subject =
        SubjectProcess.startWithClassPath(command, PublicClassPath.in(directory), "inherited")) {
      assertThat(subject.line()).isEqualTo("inherited true modules true");
      assertThat(subject.line()).isEqualTo("classes load Europe/Berlin");
      assertThat(subject.awaitEnd()).isZero();
    }
  }

  /** The session must not outlive jtsh: not even kill -9 leaves the shell running. */
  @Test
  void theChildOfAKilledProcessGetsAHangup() throws Exception {
    try (SubjectProcess subject =
        SubjectProcess.startWithClassPath(as(OWNER), PublicClassPath.in(directory), "harden")) {
      String line = subject.line();
      while (!line.startsWith("child ")) {
        line = subject.line();
      }
      ProcessHandle child = ProcessHandle.of(Long.parseLong(line.split(" ")[1])).orElseThrow();
      subject.signal("KILL");
      assertThat(subject.awaitEnd()).isEqualTo(137);
      child.onExit().orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
      assertThat(child.isAlive()).isFalse();
    }
  }

  private static List<String> as(String user) {
    return List.of("/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--");
  }

  private static boolean canRead(String user, String path) throws Exception {
    List<String> command = new ArrayList<>(as(user));
    command.addAll(List.of("/usr/bin/head", "-c", "1", path));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() == 0;
  }
}

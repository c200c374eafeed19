// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChildProcessIT {
  private static final String CONTENT = "apiVersion: v1\nkind: Config\n";

  @TempDir Path directory;

  @Test
  void theExitStatusArrives() {
    assertThat(sh("exit 7").waitFor()).isEqualTo(new ExitStatus(7, 0));
    assertThat(sh("exit 7").waitFor().shellStatus()).isEqualTo(7);
    ExitStatus killed = sh("kill -9 $$").waitFor();
    assertThat(killed).isEqualTo(new ExitStatus(0, 9));
    assertThat(killed.shellStatus()).isEqualTo(137);
  }

  @Test
  void waitingAgainAnswersAtOnceAndASignalIsNotSentToTheDead() {
    ChildProcess child = sh("exit 3");
    assertThat(child.waitFor().code()).isEqualTo(3);
    assertThat(child.waitFor().code()).isEqualTo(3);
    assertThat(child.signal(Signals.KILL)).isFalse();
    assertThat(child.awaitExit(Duration.ZERO)).isTrue();
  }

  @Test
  void aSignalEndsTheChildAndTheEndIsSeenByAnotherThread() throws Exception {
    ChildProcess child = sh("exec sleep 50");
    assertThat(child.awaitExit(Duration.ofMillis(50))).isFalse();
    assertThat(child.signal(Signals.TERM)).isTrue();
    assertThat(child.awaitExit(Duration.ofSeconds(20))).isTrue();
    assertThat(child.waitFor()).isEqualTo(new ExitStatus(0, 15));
  }

  @Test
  void theMemoryFileIsDescriptorThreeAndEachOpenStartsAtTheBeginning() throws Exception {
    Path seen = directory.resolve("seen");
    try (MemoryFile file = memoryFile()) {
      String script = "cat " + file.kubeconfigPath() + " /proc/self/fd/3 - <&3 > " + seen;
      assertThat(sh(script, file.childDescriptors()).waitFor().code()).isZero();
      assertThat(sh(script, file.childDescriptors()).waitFor().code()).isZero();
    }
    assertThat(seen).hasContent(CONTENT + CONTENT + CONTENT);
  }

  /** The child has 0, 1, 2 and what was asked for: not the JVM's modules file, not a leaked one. */
  @Test
  void noOtherDescriptorReachesTheChild() throws Exception {
    Path seen = directory.resolve("seen");
    int leak = FileCalls.open(Path.of("/dev/null"), 0, 0); // Without close-on-exec, on purpose.
    try (MemoryFile file = memoryFile()) {
      // ls itself opens one to list the directory.
      String script = "exec ls /proc/self/fd > " + seen;
      assertThat(sh(script, file.childDescriptors()).waitFor().code()).isZero();
      assertThat(Files.readAllLines(seen)).containsExactly("0", "1", "2", "3", "4");
      assertThat(sh(script, Map.of()).waitFor().code()).isZero();
      assertThat(Files.readAllLines(seen)).containsExactly("0", "1", "2", "3");
      assertThat(sh(script, Map.of(6, file.fd())).waitFor().code()).isZero();
      assertThat(Files.readAllLines(seen)).containsExactly("0", "1", "2", "3", "6");
    } finally {
      FileCalls.close(leak);
    }
  }

  /** Targets that are other sources' numbers: each must still arrive at its place. */
  @Test
  void crossedDescriptorsArriveAtTheirPlaces() throws Exception {
    Path one = Files.writeString(directory.resolve("one"), "one");
    Path two = Files.writeString(directory.resolve("two"), "two");
    int first = FileCalls.open(one, LibcBindings.O_CLOEXEC(), 0);
    int second = FileCalls.open(two, LibcBindings.O_CLOEXEC(), 0);
    Path seen = directory.resolve("seen");
    try {
      String script = "cat /proc/self/fd/" + first + " /proc/self/fd/" + second + " > " + seen;
      assertThat(sh(script, Map.of(first, second, second, first)).waitFor().code()).isZero();
      assertThat(seen).hasContent("twoone");
    } finally {
      FileCalls.close(first);
      FileCalls.close(second);
    }
  }

  @Test
  void theChildHasDefaultSignalsWhateverTheParentIgnores() throws Exception {
    Path seen = directory.resolve("seen");
    try (Signals.Ignored _ = Signals.ignoreForShell()) {
      assertThat(status("SigIgn") & 0x3f_ffff_ffffL).isNotZero();
      assertThat(sh("cat /proc/self/status > " + seen).waitFor().code()).isZero();
    }
    Map<String, String> child =
        Files.readAllLines(seen).stream()
            .collect(Collectors.toMap(l -> l.split(":")[0], l -> l.split(":", 2)[1].trim()));
    assertThat(Long.parseUnsignedLong(child.get("SigBlk"), 16)).isZero();
    // 32 and 33 belong to the C library's threads.
    long ignored = Long.parseUnsignedLong(child.get("SigIgn"), 16);
    assertThat(ignored & ~(3L << 31)).isZero();
  }

  @Test
  void signalsGetTheirEarlierMeaningBack() throws Exception {
    long before = status("SigIgn");
    long caught = status("SigCgt");
    Signals.ignoreForShell().close();
    assertThat(status("SigIgn")).isEqualTo(before);
    assertThat(status("SigCgt")).isEqualTo(caught);
  }

  @Test
  void theEnvironmentIsExactlyTheOneGivenByteForByte() throws Exception {
    Path seen = directory.resolve("seen");
    byte[] block =
        "A=1\0BAD=\u00ff\u00fe\0EMPTY=\0".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    Environment environment =
        Environment.parse(block).with("KUBECONFIG", "/proc/self/fd/3").without("A");
    ChildProcess child =
        ChildProcess.spawn(
            new SpawnRequest(
                "/bin/sh",
                List.of("sh", "-c", "cat /proc/self/environ > " + seen),
                environment,
                Map.of()));
    assertThat(child.waitFor().code()).isZero();
    String text =
        new String(Files.readAllBytes(seen), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(text).contains("BAD=\u00ff\u00fe\0").contains("EMPTY=\0");
    assertThat(text).contains("KUBECONFIG=/proc/self/fd/3\0").doesNotContain("A=1");
  }

  @Test
  void aMissingProgramIsAnErrorOfTheCall() {
    for (boolean hangup : new boolean[] {false, true}) {
      SpawnRequest request =
          new SpawnRequest(
              "/no/such/shell", List.of("shell"), Environment.empty(), Map.of(), hangup);
      assertThatThrownBy(() -> ChildProcess.spawn(request))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(LibcBindings.ENOENT()))
          .hasMessageContaining("/no/such/shell");
    }
  }

  @Test
  void theParentsDeathSignalIsSetAndDescriptorAndArgumentsPassThrough() throws Exception {
    Path seen = directory.resolve("seen");
    try (MemoryFile file = memoryFile()) {
      // PR_GET_PDEATHSIG has no file in /proc, so the wrapper's own tool is asked.
      String script =
          "setpriv --dump | grep -i 'parent death' > "
              + seen
              + "; cat <&3 >> "
              + seen
              + "; echo \"$0 $1\" >> "
              + seen
              + "; exit 9";
      ChildProcess child =
          ChildProcess.spawn(
              new SpawnRequest(
                  "/bin/sh",
                  List.of("sh", "-c", script, "zero", "a b"),
                  Environment.ofThisProcess(),
                  file.childDescriptors(),
                  true));
      assertThat(child.waitFor().code()).isEqualTo(9);
    }
    assertThat(Files.readString(seen)).contains(CONTENT).contains("zero a b");
  }

  @Test
  void aVirtualThreadCannotBindAHangup() throws Exception {
    SpawnRequest request =
        new SpawnRequest("/bin/true", List.of("true"), Environment.empty(), Map.of(), true);
    Throwable[] thrown = new Throwable[1];
    Thread.ofVirtual()
        .start(() -> {
          try {
            ChildProcess.spawn(request);
          } catch (IllegalStateException e) {
            thrown[0] = e;
          }
        })
        .join();
    assertThat(thrown[0]).isInstanceOf(IllegalStateException.class);
  }

  private static ChildProcess sh(String script) {
    return sh(script, Map.of());
  }

  private static ChildProcess sh(String script, Map<Integer, Integer> descriptors) {
    return ChildProcess.spawn(
        new SpawnRequest(
            "/bin/sh", List.of("sh", "-c", script), Environment.ofThisProcess(), descriptors));
  }

  private static MemoryFile memoryFile() {
    try (Arena arena = Arena.ofConfined()) {
      return MemoryFile.create(
          "kubeconfig", arena.allocateFrom(JAVA_BYTE, CONTENT.getBytes(UTF_8)));
    }
  }

  private static long status(String field) throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> Long.parseUnsignedLong(line.substring(field.length() + 1).trim(), 16))
        .findFirst()
        .orElseThrow();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.stories.SystemCalls.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A whole session under strace, from the request to the exit, and what the kernel was asked to do
 * by jtsh itself. jtsh refuses to run traced: this one fact is hidden from it.
 */
@ExtendWith(StoryWorld.Visit.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TraceStory {
  private static final Pattern OPENED =
      Pattern.compile("(?:[A-Z_0-9a-z]+<([^>]*)>, )?\"([^\"]*)\"(.*)");
  private static final Pattern WRITES =
      Pattern.compile("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE");

  private static final String NOT_DUMPABLE = "PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0";
  private static final List<String> CORE_LIMIT = List.of("setrlimit", "prlimit64");
  private static final Predicate<String> NO_CORE =
      Pattern.compile("RLIMIT_CORE, \\{rlim_cur=0, rlim_max=0}.* = 0$").asPredicate();

  private final StoryWorld world;
  private final byte[] ownKubeconfig;
  private final SystemCalls calls;

  TraceStory(StoryWorld world) throws IOException {
    this.world = world;
    Path directory = world.newDirectory("trace");
    this.ownKubeconfig = Files.readAllBytes(world.home().resolve(".kube/config"));
    // Without the name of a cluster, so that the choice between the two is part of it.
    SessionCommand command =
        world.command().by(world.alteredProgram("jtsh.altered.untraced=true")).to();
    try (HeadlessShell session =
        HeadlessShell.ask(
            world,
            SystemCalls.traced(directory, command.words()),
            world.environment("/bin/bash"))) {
      session.sayYes();
      session.terminal().expect("Current cluster", StoryWorld.SOON);
      session.terminal().sendLine(StoryWorld.KUBE);
      session.awaitProxy();
      session.awaitPrompt();
      session.type("kubectl get namespaces", "kube-system");
      assertThat(session.exit(0)).isZero();
    }
    this.calls = SystemCalls.read(directory);
  }

  @Test
  void jtshWritesNoFile() {
    assertThat(calls.named("open", "openat", "openat2").filter(TraceStory::writes)).isEmpty();
    assertThat(
            calls.named(
                "creat,truncate,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2".split(",")))
        .isEmpty();
    assertThat(calls.named("link", "linkat", "symlink", "symlinkat")).isEmpty();
    assertThat(calls.named("bind").filter(call -> call.rest().contains("AF_UNIX"))).isEmpty();
    assertThat(world.home().resolve(".kube/config")).hasBinaryContent(ownKubeconfig);
    assertThat(world.home().resolve(".tsh")).doesNotExist();
  }

  /** The trace sees what it has to see: files are opened, and the kubeconfig is made. */
  @Test
  void theTraceIsWhole() {
    assertThat(calls.named("openat").map(Call::rest)).anyMatch(call -> call.contains("web-ca.pem"));
    assertThat(calls.named("memfd_create")).isNotEmpty();
    assertThat(calls.named("socket")).isNotEmpty();
  }

  @Test
  void attack16TheProcessIsHardenedBeforeItsFirstSocketAndItsFirstKey() {
    double dumpable =
        first(call -> call.name().equals("prctl") && call.rest().startsWith(NOT_DUMPABLE));
    double core = first(call -> CORE_LIMIT.contains(call.name()) && NO_CORE.test(call.rest()));
    double hardened = Math.max(dumpable, core);
    double socket =
        first(call -> call.name().equals("socket") && call.rest().startsWith("AF_INET"));
    // No key without the library that makes it; what it makes lies in memory set apart for it.
    double library =
        first(call -> call.name().equals("openat") && call.rest().contains("libcrypto"));
    assertThat(hardened).isLessThan(socket).isLessThan(library);
  }

  @Test
  void attack19JtshStartsNoProgramThatItFindsByPath() {
    assertThat(calls.named("execve", "execveat").map(Call::rest).map(TraceStory::started).skip(2))
        .as("what came after jtsh itself, a shell and then Java")
        .containsOnly("/usr/bin/setpriv");
  }

  @Test
  void attack16ATracedJtshRefusesAHeadlessSession() {
    List<String> traced = new ArrayList<>(List.of("strace", "-f", "-qq", "-e", "trace=none"));
    traced.addAll(List.of("-e", "signal=none", "-o", "/dev/null", "--"));
    traced.addAll(world.command().words());
    ProgramResult refused = world.run(traced);
    assertThat(refused.exitCode()).isEqualTo(79);
    assertThat(refused.stderr())
        .isEqualTo(
            """
            ERROR: another process traces jtsh: it could read what must stay secret
            run it without a debugger or strace
            """);
  }

  private double first(Predicate<Call> wanted) {
    return calls.all().filter(wanted).findFirst().orElseThrow().seconds();
  }

  private static String started(String arguments) {
    return arguments.substring(1, arguments.indexOf('"', 1));
  }

  /** Whether a file is opened so that it could be written, but for the kernel's own. */
  private static boolean writes(Call call) {
    Matcher opened = OPENED.matcher(call.rest());
    if (!opened.matches()) {
      throw new AssertionError("cannot read " + call);
    }
    Path base = Path.of(opened.group(1) == null ? "/" : opened.group(1));
    Path file = base.resolve(opened.group(2)).normalize();
    boolean kernels =
        (file.startsWith("/proc") || file.startsWith("/dev")) && !file.startsWith("/dev/shm");
    return !kernels && WRITES.matcher(opened.group(3)).find();
  }
}

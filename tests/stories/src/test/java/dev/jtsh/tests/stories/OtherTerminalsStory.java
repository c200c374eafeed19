// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session is used from other terminals of the same user, and from programs of all kinds. */
@ExtendWith(StoryWorld.Visit.class)
final class OtherTerminalsStory {
  private static final String NAMESPACE = "namespace/kube-public";
  private static final String GET = "get ns kube-public -o name";

  private final StoryWorld world;
  private final Map<String, String> environment;
  private final Path sockets;

  OtherTerminalsStory(StoryWorld world) throws IOException {
    this.world = world;
    Path runtime = world.newDirectory("runtime");
    this.sockets = runtime.resolve("jtsh");
    this.environment = new HashMap<>(world.environment("/bin/bash"));
    this.environment.put("XDG_RUNTIME_DIR", runtime.toString());
  }

  private HeadlessShell open() {
    HeadlessShell session = HeadlessShell.ask(world, environment, List.of());
    session.approve();
    session.awaitPrompt();
    return session;
  }

  private ProgramResult run(String... command) {
    try (RunningProgram running = RunningProgram.start(List.of(command), environment)) {
      return running.awaitEnd(StoryWorld.SOON);
    }
  }

  private ProgramResult exec(String... command) {
    List<String> words = new ArrayList<>(List.of(world.program().toString(), "exec", "--"));
    words.addAll(List.of(command));
    return run(words.toArray(String[]::new));
  }

  @Test
  void anotherTerminalAttachesAndOutlivesTheSessionWithNothing() throws IOException {
    try (HeadlessShell session = open()) {
      Path socket = sockets.resolve(session.id() + ".sock");
      assertThat(Files.getPosixFilePermissions(socket))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      try (PseudoTerminal other =
          world.terminal(List.of(world.program().toString(), "attach"), environment)) {
        other.expect(StoryWorld.PROMPT, StoryWorld.SOON);
        other.sendLine("kubectl " + GET + "; echo $KUBECONFIG $JTSH_SESSION");
        other.expect(NAMESPACE, StoryWorld.SOON);
        other.expect("/proc/self/fd/3 " + session.id(), StoryWorld.SOON);

        assertThat(session.exit(0)).isZero();
        other.expect("the session has ended", StoryWorld.SOON);
        assertThat(socket).doesNotExist();
        other.sendLine("kubectl " + GET + " || exit 7");
        assertThat(other.awaitExit(StoryWorld.SOON)).isEqualTo(7);
      }
      ProgramResult late = exec("true");
      assertThat(late.exitCode()).isEqualTo(86);
      assertThat(late.stderr()).contains("no session that can be joined runs here");
    }
  }

  @Test
  void commandsAndShellsElsewhereUseTheSession() throws IOException {
    try (HeadlessShell session = open()) {
      assertThat(exec("sh", "-c", "kubectl " + GET + "; exit 5"))
          .satisfies(
              result -> assertThat(result.stdout()).contains(NAMESPACE),
              result -> assertThat(result.exitCode()).isEqualTo(5));
      for (String shell : List.of("bash", "dash", "zsh")) {
        ProgramResult joined =
            run(
                shell,
                "-c",
                "eval \"$('%s' env)\" && kubectl %s && echo \"$KUBECONFIG $JTSH_CLUSTER\""
                    .formatted(world.program(), GET));
        assertThat(joined.orThrow().stdout())
            .as(shell)
            .contains(NAMESPACE, "/proc/self/fd/3 " + StoryWorld.KUBE);
      }
      try (HeadlessShell second = open()) {
        ProgramResult which = exec("true");
        assertThat(which.exitCode()).isEqualTo(86);
        assertThat(which.stderr()).contains(session.id(), second.id(), "set JTSH_SESSION");
        environment.put("JTSH_SESSION", second.id());
        assertThat(exec("printenv", "JTSH_SESSION").orThrow().stdout()).contains(second.id());
        environment.remove("JTSH_SESSION");
        ProcessHandle killed = second.program(); // Asked again, its terminal would name another.
        killed.destroyForcibly();
        awaitEnd(killed);
      }
      // What the killed one left is cleared away by the next who looks.
      assertThat(exec("printenv", "JTSH_SESSION").orThrow().stdout()).contains(session.id());
      try (Stream<Path> left = Files.list(sockets)) {
        assertThat(left.map(Path::getFileName)).containsExactly(Path.of(session.id() + ".sock"));
      }
      ProcessHandle ended = session.program();
      ended.destroy();
      awaitEnd(ended);
      assertThat(sockets).isEmptyDirectory();
    }
  }

  /** A tmux server closes descriptor 3: its windows join, or use the path that stays. */
  @Test
  void windowsOfATmuxServerStartedInTheShellReachTheCluster() throws IOException {
    Path directory = world.newDirectory("tmux");
    String tmux = "tmux -f /dev/null -S " + directory.resolve("socket");
    String window =
        "(KUBECONFIG=$JTSH_KUBECONFIG kubectl %s; '%s' exec -- kubectl %s) > %s 2>&1"
            .formatted(GET, world.program(), GET, directory.resolve("said"));
    Path script = directory.resolve("window");
    Files.writeString(script, window + "; " + tmux + " wait-for -S over\n");
    try (HeadlessShell session = open()) {
      session.type(
          "%s new-session -d -s stays cat && %s new-session -d sh %s && %s wait-for over; %s"
              .formatted(tmux, tmux, script, tmux, tmux + " kill-server; echo all-over-$?"),
          "all-over-0");
      assertThat(Files.readAllLines(directory.resolve("said")))
          .containsExactly(NAMESPACE, NAMESPACE);
      assertThat(session.exit(0)).isZero();
    }
  }

  private static void awaitEnd(ProcessHandle program) {
    program.onExit().orTimeout(StoryWorld.SOON.toSeconds(), TimeUnit.SECONDS).join();
  }

  /**
   * Programs that close descriptor 3 for their children, and sudo, which also forgets the
   * environment: here a stand-in for it that gains no rights.
   */
  @Test
  void programsThatCloseTheDescriptorUseThePathOrTheirOwn() throws IOException {
    Path sudo = world.newDirectory("bin").resolve("sudo");
    Files.writeString(
        sudo,
        """
        #!/bin/sh
        while [ "$1" != -- ]; do shift; done
        shift
        exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
        exec env -i PATH="$PATH" HOME="$HOME" "$@"
        """);
    Files.setPosixFilePermissions(sudo, PosixFilePermissions.fromString("rwxr-xr-x"));
    String kubectl = world.kubernetes().kubectl().toString();
    String python =
        """
        import os, subprocess
        env = dict(os.environ, KUBECONFIG=os.environ["JTSH_KUBECONFIG"])
        subprocess.run(["%s"] + "%s".split(), env=env, check=True)
        """
            .formatted(kubectl, GET);
    String node =
        """
        const {execFileSync} = require("child_process");
        const env = {...process.env, KUBECONFIG: process.env.JTSH_KUBECONFIG};
        console.log(execFileSync("%s", "%s".split(" "), {env}).toString());
        """
            .formatted(kubectl, GET);
    try (HeadlessShell session = open()) {
      if (Files.isExecutable(Path.of("/usr/bin/python3"))) {
        assertThat(exec("/usr/bin/python3", "-c", python).orThrow().stdout()).contains(NAMESPACE);
      }
      if (Files.isExecutable(Path.of("/usr/bin/node"))) {
        assertThat(exec("/usr/bin/node", "-e", node).orThrow().stdout()).contains(NAMESPACE);
      }
      ProgramResult asRoot =
          exec(sudo.toString(), "-n", kubectl, "get", "ns", "kube-public", "-o", "name");
      assertThat(asRoot.orThrow().stdout()).contains(NAMESPACE);
      ProgramResult kept = exec(sudo.toString(), "printenv", "KUBECONFIG");
      assertThat(kept.orThrow().stdout()).contains("/proc/self/fd/3");
      assertThat(session.exit(0)).isZero();
    }
  }
}

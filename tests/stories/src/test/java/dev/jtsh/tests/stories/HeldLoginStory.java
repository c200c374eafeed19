// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.Kubectl;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.terminal.Key;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kubernetes from a machine where the person is logged in: no approval is needed. */
@ExtendWith(StoryWorld.Visit.class)
final class HeldLoginStory {
  private static final Pattern EXPORT = Pattern.compile("export KUBECONFIG=(/\\S+)");
  private static final String NAMESPACE = "namespace/kube-public";

  private final StoryWorld world;

  HeldLoginStory(StoryWorld world) {
    this.world = world;
  }

  private Map<String, String> at(Laptop laptop) {
    Map<String, String> environment = new HashMap<>(world.environment("/bin/bash"));
    environment.put("TELEPORT_HOME", laptop.profiles().toString());
    environment.put("JTSH_CA_FILE", world.cluster().webCa().toString());
    return environment;
  }

  private static ProgramResult run(Path program, Map<String, String> environment, String... more) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(more));
    try (RunningProgram running = RunningProgram.start(command, environment)) {
      return running.awaitEnd(StoryWorld.SOON);
    }
  }

  private ProgramResult run(String... more) {
    return run(world.program(), at(world.laptop()), more);
  }

  @Test
  void aKubeconfigInAFileWorksAsLongAsTheProxyRuns() throws IOException {
    List<String> command = List.of(world.program().toString(), "proxy", "kube", StoryWorld.KUBE);
    Path file;
    try (PseudoTerminal terminal = world.terminal(command, at(world.laptop()))) {
      file = Path.of(terminal.expect(EXPORT, StoryWorld.SOON).group(1));
      assertThat(terminal.plainTranscript())
          .contains("Started local proxy for Kubernetes on 127.0.0.1:");
      assertThat(Files.getPosixFilePermissions(file))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      Kubectl kubectl = Kubectl.of(world.kubernetes().kubectl(), file, world.home());
      assertThat(kubectl.run("get", "ns", "kube-public", "-o", "name").orThrow().stdout())
          .contains(NAMESPACE);
      kubectl.run("config", "set-context", "--current", "--namespace=kube-public").orThrow();
      Map<String, String> beside = at(world.laptop());
      beside.put("KUBECONFIG", file.toString());
      assertThat(run(world.program(), beside, "status").orThrow().stdout())
          .contains(StoryWorld.KUBE);
      assertThat(run(world.program(), beside, "renew").stderr())
          .containsAnyOf("access still ends with the login at", "ends at");
      terminal.send(Key.CONTROL_C);
      assertThat(terminal.awaitExit(StoryWorld.SOON)).isEqualTo(130);
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void kubectlAndCommandsRunWithTheLogin() {
    String kube = "--kube-cluster=" + StoryWorld.KUBE;
    ProgramResult one = run("kubectl", kube, "get", "ns", "kube-public", "-o", "name");
    assertThat(one.orThrow().stdout().strip()).isEqualTo(NAMESPACE);
    assertThat(one.stderr()).isEmpty();
    assertThat(run("kubectl", kube, "get", "ns", "nosuch").exitCode()).isEqualTo(1);

    ProgramResult several = run("kubectl", "get", "ns");
    assertThat(several.exitCode()).isEqualTo(2);
    assertThat(several.stderr()).contains("say which with --kube-cluster");
    assertThat(
            run("kubectl", "get", "ns", "kube-public", "-o=name", "--context=story-c1")
                .orThrow()
                .stdout())
        .contains(NAMESPACE);

    ProgramResult command =
        run("proxy", "kube", StoryWorld.KUBE, "--", "sh", "-c", "kubectl get ns -o name; exit 4");
    assertThat(command.exitCode()).isEqualTo(4);
    assertThat(command.stdout()).contains(NAMESPACE);
    assertThat(run("kube", "ls", "--format=json").orThrow().stdout())
        .contains("\"kube_cluster_name\" : \"" + StoryWorld.KUBE + "\"");
  }

  @Test
  void whoLogsOutLeavesNothingOfTheLogin() throws IOException {
    Laptop laptop = world.enrol("nina", StoryWorld.ALL_CLUSTERS + ", " + StoryWorld.ADMINS);
    assertThat(run(world.program(), at(laptop), "kube", "ls").orThrow().stdout())
        .contains(StoryWorld.KUBE);
    try (Stream<Path> files = Files.walk(laptop.profiles())) {
      assertThat(files.filter(file -> file.endsWith("nina-kube/jtsh-names")))
          .singleElement()
          // Another story's cluster may not be forgotten yet.
          .satisfies(names -> assertThat(names).content().contains("c1\n", "down\n"));
    }
    assertThat(run(world.program(), at(laptop), "logout").orThrow().stderr())
        .contains("Logged out nina from ");
    try (Stream<Path> files = Files.walk(laptop.profiles())) {
      assertThat(files.filter(Files::isRegularFile).map(String::valueOf))
          .noneMatch(file -> file.contains("nina"));
    }
  }

  @Test
  void whoIsNotLoggedInIsTold() throws IOException {
    Map<String, String> nobody = at(world.laptop());
    nobody.put("TELEPORT_HOME", world.newDirectory("nobody").toString());
    ProgramResult result = run(world.program(), nobody, "proxy", "kube", StoryWorld.KUBE);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.stderr()).contains("Not logged in.");
  }

  @Test
  void whereEachSessionWantsASecondFactorTheKeyIsTouchedOnce() throws IOException {
    Laptop laptop =
        world.enrol(
            "mona",
            StoryWorld.ALL_CLUSTERS + ", " + StoryWorld.ADMINS,
            "require_session_mfa: true");
    String kube = "--kube-cluster=" + StoryWorld.KUBE;
    ProgramResult without =
        run(world.program(), at(laptop), "kubectl", kube, "get", "ns", "-o", "name");
    assertThat(without.exitCode()).isEqualTo(1);
    assertThat(without.stderr()).contains("MFA is required to access Kubernetes cluster");

    Path program = world.alteredProgram("jtsh.altered.key=" + laptop.keyFile());
    ProgramResult touched =
        run(
            program,
            at(laptop),
            "proxy",
            "kube",
            StoryWorld.KUBE,
            "--",
            "sh",
            "-c",
            "kubectl get ns -o name & kubectl get ns -o name; wait; kubectl get ns -o name");
    assertThat(touched.orThrow().stdout()).contains(NAMESPACE);
    assertThat(touched.stderr().split("Tap any security key", -1)).hasSize(2);
  }

  @Test
  void withConfirmDeleteThePersonAtTheTerminalDecides() {
    List<String> command =
        List.of(
            world.program().toString(),
            "proxy",
            "kube",
            StoryWorld.KUBE,
            "--exec",
            "--confirm-delete");
    try (PseudoTerminal terminal = world.terminal(command, at(world.laptop()))) {
      terminal.expect(StoryWorld.PROMPT, StoryWorld.SOON);
      terminal.sendLine("kubectl create configmap doomed -n kube-public");
      terminal.expect("configmap/doomed created", StoryWorld.SOON);
      for (String answer : List.of("n", "y")) {
        terminal.sendLine("kubectl delete configmap doomed -n kube-public; echo status=$?");
        terminal.expect(
            "delete configmaps doomed of namespace kube-public in c1? [y/N]", StoryWorld.SOON);
        terminal.sendLine(answer);
        terminal.expect(
            answer.equals("y") ? "\"doomed\" deleted" : "the answer was no", StoryWorld.SOON);
        terminal.expect(answer.equals("y") ? "status=0" : "status=1", StoryWorld.SOON);
        terminal.expect(StoryWorld.PROMPT, StoryWorld.SOON);
      }
      terminal.sendLine("exit 0");
      assertThat(terminal.awaitExit(StoryWorld.SOON)).isZero();
    }
    ProgramResult alone =
        run(
            "proxy",
            "kube",
            StoryWorld.KUBE,
            "--confirm-delete",
            "--",
            "kubectl",
            "delete",
            "configmap",
            "kube-root-ca.crt");
    assertThat(alone.exitCode()).isEqualTo(1);
    assertThat(alone.stderr()).contains("there is no terminal to ask at");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What later tests rely on: this cluster does what a real one does. */
@Timeout(180)
class KubernetesClusterIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Pattern FORWARDED = Pattern.compile("127\\.0\\.0\\.1:(\\d+) ->");

  private static KubernetesCluster cluster;

  @BeforeAll
  static void start() {
    cluster = SharedKubernetes.get();
    cluster.runPod("sample");
    cluster.runPod("reader", "sleep", "600");
  }

  @AfterAll
  static void deletePods() {
    cluster.deletePod("sample");
    cluster.deletePod("reader");
  }

  @Test
  void theNodeIsListedAndReady() {
    ProgramResult nodes = cluster.asAdmin().run("get", "nodes", "--no-headers").orThrow();
    assertThat(nodes.stdout()).containsPattern("test-node-1 +Ready .* v1\\.34\\.1");
  }

  @Test
  void theServerIsTheVersionItSaysItIs() {
    assertThat(cluster.asAdmin().run("version").orThrow().stdout())
        .contains("Client Version: v1.34.1")
        .contains("Server Version: v1.34.1");
  }

  @ParameterizedTest
  @EnumSource
  void execPassesOutputErrorsAndExitCodeOn(StreamProtocol protocol) {
    ProgramResult result =
        cluster
            .asAdmin()
            .over(protocol)
            .run("exec", "sample", "--", "sh", "-c", "echo out; echo err >&2; exit 7");
    assertThat(result.exitCode()).isEqualTo(7);
    assertThat(result.stdout()).isEqualTo("out\n");
    assertThat(result.stderr()).startsWith("err\n");
  }

  @ParameterizedTest
  @EnumSource
  void execCarriesInputBothWaysUntilItsEnd(StreamProtocol protocol) {
    ProgramResult result =
        cluster
            .asAdmin()
            .over(protocol)
            .runWithInput("one\ntwo\n", "exec", "-i", "sample", "--", "sh", "-c", "cat; exit 3");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.stdout()).isEqualTo("one\ntwo\n");
  }

  @ParameterizedTest
  @EnumSource
  void execOnATerminalHasOne(StreamProtocol protocol) {
    String websockets = String.valueOf(protocol == StreamProtocol.WEBSOCKET);
    // kubectl tells the size after the start, so the command waits until it has one.
    String inPod = "tty; until stty size | grep -v ^0; do sleep 0.1; done; exit 9";
    String exec = cluster.kubectl() + " exec -it sample -- sh -c '" + inPod + "'";
    Map<String, String> environment =
        Map.of(
            "PATH", System.getenv("PATH"),
            "HOME", cluster.directory().resolve("home").toString(),
            "KUBECONFIG", cluster.adminKubeconfig().toString(),
            "KUBECTL_REMOTE_COMMAND_WEBSOCKETS", websockets);
    List<String> onATerminal =
        List.of("script", "-qec", "stty rows 33 cols 99; " + exec, "/dev/null");
    try (RunningProgram running = RunningProgram.start(onATerminal, environment)) {
      running.awaitStdout("exit code 9", SOON);
      ProgramResult result = running.awaitEnd(SOON);
      assertThat(result.exitCode()).isEqualTo(9);
      assertThat(result.stdout()).containsPattern("/dev/pts/\\d+").contains("33 99");
    }
  }

  @ParameterizedTest
  @EnumSource
  void attachTalksToTheContainersOwnProcess(StreamProtocol protocol) throws IOException {
    String pod = "attached-" + protocol.name().toLowerCase(Locale.ROOT);
    try (RunningProgram attached =
        cluster
            .asAdmin()
            .over(protocol)
            .start("run", pod, "--image=test", "--restart=Never", "-i", "--command", "--", "cat")) {
      try (OutputStream stdin = attached.stdin()) {
        stdin.write("hello from outside\n".getBytes(StandardCharsets.UTF_8));
        stdin.flush();
        attached.awaitStdout("hello from outside", SOON);
      }
      assertThat(attached.awaitEnd(SOON).exitCode()).isZero();
    } finally {
      cluster.deletePod(pod);
    }
  }

  @Test
  void logsFollowsWhatThePodWrites() {
    try (RunningProgram logs = cluster.asAdmin().start("logs", "-f", "sample")) {
      long lines = logs.awaitStdout("sample pod default/sample is up", SOON).lines().count();
      // Not written yet when the command began: it can only have come by following.
      logs.awaitStdout("second " + (lines + 2), SOON);
      assertThat(logs.isRunning()).isTrue();
    }
  }

  @Test
  void logsOfAnEndedPodHoldItsUnendedLastLineAndEnd() {
    try {
      cluster
          .asAdmin()
          .run(
              "run",
              "ended",
              "--image=test",
              "--restart=Never",
              "--command",
              "--",
              "printf",
              "last")
          .orThrow();
      String succeeded = "--for=jsonpath={.status.phase}=Succeeded";
      cluster.asAdmin().run("wait", "pod", "ended", succeeded, "--timeout=20s").orThrow();
      ProgramResult logs = cluster.asAdmin().run("logs", "-f", "ended").orThrow();
      assertThat(logs.stdout()).isEqualTo("last\n");
    } finally {
      cluster.deletePod("ended");
    }
  }

  @ParameterizedTest
  @EnumSource
  void portForwardReachesThePod(StreamProtocol protocol) throws Exception {
    try (RunningProgram forward =
        cluster.asAdmin().over(protocol).start("port-forward", "pod/sample", ":80")) {
      String line = forward.awaitStdout("->", SOON);
      Matcher port = FORWARDED.matcher(line);
      assertThat(port.find()).as(line).isTrue();
      URI address = URI.create("http://127.0.0.1:" + port.group(1) + "/" + protocol);
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(SOON).build();
        HttpResponse<String> answer =
            client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        assertThat(answer.body()).isEqualTo("hello from pod default/sample\n");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void cpOfTwentyMegabytesComesBackEqual(StreamProtocol protocol, @TempDir Path scratch)
      throws IOException {
    byte[] content = new byte[20_000_000];
    new Random(protocol.name().length()).nextBytes(content);
    Path there = Files.write(scratch.resolve("there"), content);
    Path back = scratch.resolve("back");
    Kubectl kubectl = cluster.asAdmin().over(protocol);
    kubectl.run("cp", there.toString(), "reader:/tmp/copied").orThrow();
    kubectl.run("cp", "reader:/tmp/copied", back.toString()).orThrow();
    assertThat(Files.mismatch(there, back)).isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource
  void theProtocolAskedForIsTheOneThatIsUsed(StreamProtocol protocol) {
    String marker = "marker-" + protocol;
    cluster.asAdmin().over(protocol).run("exec", "sample", "--", "echo", marker).orThrow();
    String apiServersCall =
        cluster.kubeletLog().lines().filter(line -> line.contains(marker)).findFirst().orElse("");
    // The API server speaks SPDY to kubelets whatever the client speaks; for the client's own side
    // the request at the API server is asked for by kubectl's words.
    assertThat(apiServersCall).contains("upgrade=\"SPDY/3.1\"");
    ProgramResult spoken =
        cluster.asAdmin().over(protocol).run("exec", "sample", "-v=7", "--", "true").orThrow();
    boolean websocket = spoken.stderr().contains("Sec-Websocket-Protocol");
    assertThat(websocket).isEqualTo(protocol == StreamProtocol.WEBSOCKET);
  }

  @Test
  void podsDoNotSeeEachOthersTmp() {
    cluster.asAdmin().run("exec", "sample", "--", "touch", "/tmp/mine").orThrow();
    ProgramResult other = cluster.asAdmin().run("exec", "reader", "--", "ls", "/tmp/mine");
    assertThat(other.exitCode()).isNotZero();
    assertThat(Path.of("/tmp/mine")).doesNotExist();
  }

  @Test
  void rolesOfAGroupHoldForItsMembers() {
    cluster.bindGroup("it-viewers", "view");
    cluster.bindGroup("it-editors", "edit");
    Kubectl viewer = cluster.as("vera", "it-viewers");
    assertThat(viewer.run("get", "pods").exitCode()).isZero();
    assertThat(viewer.run("delete", "pod", "sample", "--dry-run=server").stderr())
        .contains("User \"vera\" cannot delete resource \"pods\"");
    assertThat(
            cluster
                .as("ed", "it-editors")
                .run("delete", "pod", "sample", "--dry-run=server")
                .exitCode())
        .isZero();
    assertThat(cluster.as("nobody").run("get", "pods").stderr()).contains("Forbidden");
  }

  @Test
  void theAgentMayImpersonateAndNothingElse() {
    cluster.bindGroup("it-viewers", "view");
    Kubectl agent = cluster.asAdmin().withKubeconfig(cluster.agentKubeconfig());
    assertThat(agent.run("get", "pods").stderr()).contains("User \"jtsh-agent\" cannot list");
    ProgramResult asAnother = agent.run("get", "pods", "--as=anna", "--as-group=it-viewers");
    assertThat(asAnother.orThrow().stdout()).contains("sample");
    assertThat(agent.run("auth", "can-i", "impersonate", "users").stdout()).startsWith("yes");
  }
}

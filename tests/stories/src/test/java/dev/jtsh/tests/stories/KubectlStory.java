// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.Kubectl;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.kubernetes.StreamProtocol;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Inside a session kubectl does all that it does without one. */
@ExtendWith(StoryWorld.Visit.class)
final class KubectlStory {
  private static final String POD = "story-pod";
  private static final int COPIED_BYTES = 20 << 20;
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final Pattern FORWARDED = Pattern.compile("127\\.0\\.0\\.1:([0-9]+) -> 80");

  private final StoryWorld world;
  private final HeadlessShell session;
  private final Kubectl kubectl;

  KubectlStory(StoryWorld world) {
    this.world = world;
    this.session = world.open("/bin/bash");
    this.kubectl = session.kubectl();
  }

  @BeforeEach
  void runPod() {
    world.kubernetes().runPod(POD);
  }

  @AfterEach
  void leave() {
    try (session) {
      world.kubernetes().deletePod(POD);
    }
  }

  @Test
  void whatIsAppliedIsSeenByAWatchAndByGet() {
    try (RunningProgram watch =
        kubectl.start("get", "configmaps", "--watch-only", "--output=name", "-v=6")) {
      watch.awaitStderr("watch=true", StoryWorld.SOON);
      String manifest =
          """
          apiVersion: v1
          kind: ConfigMap
          metadata:
            name: story-map
          data:
            word: written through a session
          """;
      kubectl.runWithInput(manifest, "apply", "-f", "-").orThrow();
      watch.awaitStdout("configmap/story-map", StoryWorld.SOON);
    }
    ProgramResult word = kubectl.run("get", "cm", "story-map", "--output=jsonpath={.data.word}");
    assertThat(word.orThrow().stdout()).isEqualTo("written through a session");
    kubectl.run("delete", "configmap", "story-map").orThrow();
  }

  @Test
  void logsAreFollowed() {
    try (RunningProgram logs = kubectl.start("logs", "-f", "--tail=1", POD)) {
      logs.awaitStdout("\n", StoryWorld.SOON);
      // What is written from now on can come only to one who follows.
      kubectl.run("exec", POD, "--", "true").orThrow();
      int known = logs.stdout().length();
      session.type("kubectl logs -f --tail=1 " + POD + " | head -3 | wc -l", "\n3");
      assertThat(logs.stdout().length()).isGreaterThan(known);
    }
  }

  @ParameterizedTest
  @EnumSource(StreamProtocol.class)
  void execGivesOutputInputAndExitStatus(StreamProtocol protocol) {
    Kubectl over = kubectl.over(protocol);
    ProgramResult both = over.run("exec", POD, "--", "sh", "-c", "echo out; echo err >&2; exit 7");
    assertThat(both.exitCode()).isEqualTo(7);
    assertThat(both.stdout()).isEqualTo("out\n");
    assertThat(both.stderr()).startsWith("err\n");
    ProgramResult echoed = over.runWithInput("through and back", "exec", "-i", POD, "--", "cat");
    assertThat(echoed.orThrow().stdout()).isEqualTo("through and back");
  }

  @Test
  void execHasATerminalWhereThePersonHasOne() {
    // The size follows the start as a message of its own.
    String sized = "until [ \"$(stty size)\" = \"48 160\" ]; do sleep 0.1; done";
    String inPod = "tty; " + sized + "; printf \"size-%s\\n\" known; exit 7";
    session.type("kubectl exec -it " + POD + " -- sh -c '" + inPod + "'", "/dev/");
    session.terminal().expect("size-known", StoryWorld.SOON);
    session.type("printf 'status=%s\\n' $?", "status=7");
  }

  @ParameterizedTest
  @EnumSource(StreamProtocol.class)
  void aFileOf20MegabytesIsCopiedBothWays(StreamProtocol protocol) throws IOException {
    Kubectl over = kubectl.over(protocol).withLimit(LONG);
    Path directory = world.newDirectory("cp");
    Path original = directory.resolve("original");
    Path returned = directory.resolve("returned");
    byte[] content = new byte[COPIED_BYTES];
    new Random(3).nextBytes(content);
    Files.write(original, content);
    over.run("cp", original.toString(), POD + ":copied").orThrow();
    over.run("cp", POD + ":copied", returned.toString()).orThrow();
    assertThat(Files.mismatch(original, returned)).isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource(StreamProtocol.class)
  void aPortIsForwarded(StreamProtocol protocol) throws Exception {
    try (RunningProgram forward =
            kubectl.over(protocol).start("port-forward", "pod/" + POD, ":80");
        HttpClient http = HttpClient.newHttpClient()) {
      Matcher port = FORWARDED.matcher(forward.awaitStdout("-> 80", StoryWorld.SOON));
      assertThat(port.find()).isTrue();
      URI page = URI.create("http://127.0.0.1:" + port.group(1) + "/");
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(page).timeout(StoryWorld.SOON).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("hello from pod");
    }
  }

  @Test
  void oneHundredKubectlAreServed() {
    String each = "kubectl get namespace kube-public --output=name";
    String all = "seq 100 | xargs -P 16 -I{} " + each + " | sort | uniq -c";
    ProgramResult result =
        world.run(List.of("env", "KUBECONFIG=" + session.kubeconfig(), "sh", "-c", all), LONG);
    assertThat(result.orThrow().stdout().strip()).isEqualTo("100 namespace/kube-public");
    assertThat(result.stderr()).isEmpty();
  }
}

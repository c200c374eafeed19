// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.support.Laptop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in the way is told in one clear line, with an exit status of its own. */
@ExtendWith(StoryWorld.Visit.class)
final class RefusedRequestsStory {
  private static final String UNKNOWN_ID = "00000000-0000-5000-8000-000000000000";

  private final StoryWorld world;

  RefusedRequestsStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void aDeniedRequestEndsWith71() {
    try (HeadlessShell session = ask(world.command())) {
      world.laptop().deny(session.id()).orThrow();
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(71);
      assertOneError(session.terminal().plainTranscript(), "denied");
    }
  }

  @Test
  void aWrongNumberDeniesTheRequestForGood() {
    try (HeadlessShell session = ask(world.command())) {
      Laptop.Result wrong = world.laptop().approve(session.request().misread());
      assertThat(wrong.status()).isEqualTo(73);
      assertOneError(wrong.err(), "not the number on the remote terminal");
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(71);
      assertThat(world.laptop().approve(session.request()).status()).isEqualTo(82);
    }
  }

  @Test
  void skippingTheQuestionIsRefusedWhereTheClusterWantsTheNumber() {
    try (HeadlessShell session = ask(world.command())) {
      Laptop.Result skipped =
          world.laptop().run("headless", "approve", session.id(), "--skip-confirm");
      assertThat(skipped.status()).isEqualTo(73);
      assertOneError(skipped.err(), "wants the number");
      world
          .laptop()
          .run("headless", "approve", session.id(), "--number=" + session.request().number())
          .orThrow();
      session.awaitProxy();
      session.awaitPrompt();
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void aDenialByItsOwnCommandNeedsNoQuestion() {
    try (HeadlessShell session = ask(world.command())) {
      world.laptop().run("headless", "deny", session.id()).orThrow();
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(71);
    }
  }

  @Test
  void aSessionEndedFromTheLaptopReachesNothingAndSaysWhy() {
    try (HeadlessShell session = ask(world.command())) {
      session.approve();
      session.awaitPrompt();
      session.type("kubectl get ns kube-public -o name", "namespace/kube-public");
      assertThat(world.laptop().run("headless", "ls").orThrow().out()).contains(session.id());
      world.laptop().run("headless", "end", session.id()).orThrow();
      assertThat(world.laptop().run("headless", "ls").orThrow().out()).doesNotContain(session.id());
      session.type("kubectl get ns; printf 'status=%s\\n' $?", "status=1");
      assertThat(session.terminal().plainTranscript()).contains("its user ended the session");
      assertThat(session.exit(0)).isZero();
      assertThat(world.laptop().run("headless", "end", session.id()).status()).isNotZero();
    }
  }

  @Test
  void aMistypedIdEndsTheApproverWith81() {
    Laptop.Result result = world.laptop().approve(UNKNOWN_ID);
    assertThat(result.status()).isEqualTo(81);
    assertOneError(result.err(), "no headless request with this id");
  }

  @Test
  void aRequestIsApprovedOnlyOnce() {
    try (HeadlessShell session = ask(world.command())) {
      session.approve();
      Laptop.Result second = world.laptop().approve(session.id());
      assertThat(second.status()).isEqualTo(82);
      assertOneError(second.err(), "non-pending state: approved");
      Laptop.Result no = world.laptop().deny(session.id());
      assertThat(no.status()).as("a denial after the approval").isEqualTo(82);
      session.awaitPrompt();
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void withoutASecurityKeyTheApproverEndsWith83AndTheRequestWaitsOn() {
    try (HeadlessShell session = ask(world.command())) {
      ProgramResult none =
          world.run(
              List.of(
                  "env",
                  "TELEPORT_HOME=" + world.laptop().profiles(),
                  world.program().toString(),
                  "headless",
                  "approve",
                  session.id(),
                  "--number=" + session.request().number(),
                  "--proxy=" + world.cluster().proxy(),
                  "--user=alice",
                  "--ca-file=" + world.cluster().webCa()));
      assertThat(none.exitCode()).as(none.stderr()).isEqualTo(83);
      assertOneError(none.stderr(), "security key");
      session.approve();
      session.awaitPrompt();
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void aRequestThatHasBeenUsedIsNotApprovedAgain() {
    String id;
    try (HeadlessShell session = ask(world.command())) {
      session.approve();
      session.awaitPrompt();
      id = session.id();
      assertThat(session.exit(0)).isZero();
    }
    Laptop.Result replayed = world.laptop().approve(id);
    assertThat(replayed.status()).isEqualTo(82);
    assertOneError(replayed.err(), "non-pending state");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-PT2H", "PT2H"})
  void aWrongClockEndsWith76(String wrongBy) throws IOException {
    Path early = world.alteredProgram("jtsh.altered.clock=" + wrongBy);
    ProgramResult result = world.run(world.command().by(early).words());
    assertThat(result.exitCode()).as(result.stderr()).isEqualTo(76);
    assertOneError(result.stderr(), "this machine's clock");
    assertThat(result.stderr()).contains("set ").doesNotContain("headless approve");
  }

  @Test
  void aUserWithNoKubeClusterEndsWith77() throws IOException {
    Laptop dave = world.enrol("dave", "kubernetes_groups: [nobodys]");
    try (HeadlessShell session = ask(world.command().as("dave").to())) {
      dave.approve(session.request());
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(77);
      assertOneError(session.terminal().plainTranscript(), "No Kubernetes clusters");
      assertThat(session.terminal().plainTranscript()).contains("ask your administrator");
    }
  }

  @Test
  void kubectlSaysThatTheKubernetesBehindTheClusterDoesNotAnswer() {
    try (HeadlessShell session = ask(world.command().to(StoryWorld.DOWN))) {
      session.approve();
      session.awaitPrompt();
      session.type("kubectl get namespaces; printf 'status=%s\\n' $?", "status=1");
      assertThat(session.terminal().plainTranscript())
          .contains("the Kubernetes API server does not answer jtsh's agent")
          .contains("tell your administrator");
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void anUnknownKubeClusterEndsWith77() {
    try (HeadlessShell session = ask(world.command().to("nosuch"))) {
      world.laptop().approve(session.request());
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(77);
      assertOneError(session.terminal().plainTranscript(), "nosuch");
    }
  }

  @Test
  void aUserWithoutKubernetesGroupsEndsWith73() throws IOException {
    Laptop bob = world.enrol("bob", StoryWorld.ALL_CLUSTERS + ", logins: [bob]");
    try (HeadlessShell session = ask(world.command().as("bob"))) {
      bob.approve(session.request());
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(73);
      assertOneError(session.terminal().plainTranscript(), "");
    }
  }

  @Test
  void aWrongProxyAddressEndsWith74() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    String proxy = "localhost:" + free;
    ProgramResult result =
        world.jtsh("--headless", "proxy", "kube", "c1", "--proxy=" + proxy, "--user=alice");
    assertThat(result.exitCode()).isEqualTo(74);
    assertOneError(result.stderr(), proxy);
  }

  @Test
  void aCertificateNobodyVouchesForEndsWith75() {
    String proxy = world.cluster().proxy();
    ProgramResult result =
        world.jtsh("--headless", "proxy", "kube", "c1", "--proxy=" + proxy, "--user=alice");
    assertThat(result.exitCode()).isEqualTo(75);
    assertOneError(result.stderr(), "certificate");
  }

  @Test
  void aPortInUseEndsWith78BeforeAnythingIsAsked() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());
      ProgramResult result = world.run(world.command().with("--port=" + port).words());
      assertThat(result.exitCode()).isEqualTo(78);
      assertOneError(result.stderr(), "port " + port + " on 127.0.0.1 is in use");
      assertThat(result.stderr()).doesNotContain("headless approve").contains("--port");
    }
  }

  private HeadlessShell ask(SessionCommand command) {
    return HeadlessShell.ask(world, command, world.environment("/bin/bash"));
  }

  private static void assertOneError(String told, String word) {
    // A terminal takes the line of the countdown away before the next one.
    String lines =
        told.replaceAll(
            "Waiting for the approval, [0-9]:[0-9]{2} left(; Enter copies the link)?", "");
    List<String> errors = lines.lines().filter(line -> line.startsWith("ERROR: ")).toList();
    assertThat(errors).as("in what it told: %s", told).singleElement().asString().contains(word);
    assertThat(told).doesNotContain("Exception").doesNotContain("\tat ");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.Laptop;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session comes to its end, and goes on after another approval; nothing is started anew. */
@ExtendWith(StoryWorld.Visit.class)
final class RenewalStory {
  private static final Pattern ID = Pattern.compile("headless approve [^\\n]* ([0-9a-f-]{36})\\s");

  private final StoryWorld world;

  RenewalStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void atTheEndKubectlWaitsForOneApprovalAndGoesOn() {
    List<String> oneMinute = List.of("--ttl=1m");
    try (HeadlessShell session =
        HeadlessShell.ask(world, world.environment("/bin/bash"), oneMinute)) {
      session.approve();
      session.awaitPrompt();
      assertThat(session.terminal().plainTranscript()).contains("Access ends at ");
      session.type("kubectl get namespaces", "kube-system");
      assertThat(session.terminal().plainTranscript())
          .contains("Warning: jtsh: access ends in 1 min; `jtsh renew` goes on");

      session.terminal().sendLine("sleep 60; kubectl get ns kube-public -o name");
      session.terminal().expect("Access has ended. Approve a new session", StoryWorld.LONG);
      String id = session.terminal().expect(ID, StoryWorld.SOON).group(1);
      assertThat(id).isNotEqualTo(session.id());
      Laptop.Result approved = world.laptop().approve(id).orThrow();

      assertThat(approved.out()).contains("Continues the session you approved at ");
      session.terminal().expect("namespace/kube-public", StoryWorld.SOON);
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void aPersonRenewsEarlyAndSeesHowTheSessionIs() {
    try (HeadlessShell session =
        HeadlessShell.ask(world, world.environment("/bin/bash"), List.of("--ttl=5m"))) {
      session.approve();
      session.awaitPrompt();
      session.type("kubectl get namespaces", "kube-system");
      session.type(world.program() + " status", "Requests:");
      assertThat(session.terminal().plainTranscript())
          .contains("> Session:            " + session.id())
          .contains("Logged in as:       alice");
      session.type(world.program() + " status --format json", "\"kube_clusters\"");

      session.terminal().sendLine(world.program() + " renew; echo status=$?");
      session.terminal().expect("Approve it in a browser:", StoryWorld.SOON);
      String id = session.terminal().expect(ID, StoryWorld.SOON).group(1);
      assertThat(world.laptop().approve(id).orThrow().out())
          .contains("Continues the session you approved at ");
      session.terminal().expect("status=0", StoryWorld.SOON);

      session.type("kubectl get ns kube-public -o name", "namespace/kube-public");
      session.terminal().sendLine(world.program() + " renew; echo status=$?");
      String denied = session.terminal().expect(ID, StoryWorld.SOON).group(1);
      world.laptop().deny(denied);
      session.terminal().expect("status=71", StoryWorld.SOON);
      session.type("kubectl get ns kube-node-lease -o name", "namespace/kube-node-lease");
      assertThat(session.exit(0)).isZero();
    }
  }

  @Test
  void withAtEndExitTheSessionEndsWithItsAccess() {
    List<String> options = List.of("--ttl=1m", "--at-end=exit");
    try (HeadlessShell session =
        HeadlessShell.ask(world, world.environment("/bin/bash"), options)) {
      session.approve();
      session.awaitPrompt();
      session.terminal().expect("Access has ended, and with it this session.", StoryWorld.LONG);
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isEqualTo(129);
    }
  }

  @Test
  void aReadOnlySessionChangesNothingAndASessionInItIsRefused() {
    List<String> options = List.of("--read-only", "--deny=watch");
    try (HeadlessShell session =
        HeadlessShell.ask(world, world.environment("/bin/bash"), options)) {
      session.approve();
      session.awaitPrompt();
      session.type("kubectl get namespaces", "kube-system");
      session.type("kubectl create ns never", "this session is read-only (--read-only)");
      session.type("kubectl auth can-i get pods", "yes");
      session.type("kubectl get pods --watch", "(--deny)");
      session.type(world.program() + " --headless proxy kube c1; echo status=$?", "status=2");
      assertThat(session.terminal().plainTranscript()).contains("or give --nested");
      assertThat(session.exit(0)).isZero();
    }
  }
}

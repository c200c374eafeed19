// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shell whose session is gone must be told, above all when somebody else has its number. */
class Attack13StaleDescriptorPathTest {
  private static final int SHELL = 400;
  private static final int PROGRAM = 300;
  private static final String MEMORY_FILE = "/memfd:kubeconfig (deleted)";

  private @TempDir Path root;
  private FakeMachine machine;

  /** {@code login shell 200 > jtsh 300 > shell 400 > doctor}. */
  @BeforeEach
  void sessionThatLives() {
    machine =
        new FakeMachine(root)
            .process(1, 0, 0, "init")
            .process(200, 1, FakeMachine.ALICE, "-bash")
            .process(PROGRAM, 200, FakeMachine.ALICE, "java", "dev.jtsh.launcher.Main", "proxy")
            .process(SHELL, PROGRAM, FakeMachine.ALICE, "bash")
            .self(SHELL)
            .link("/proc/400/fd/3", MEMORY_FILE)
            .with("JTSH_SESSION", "id-1")
            .with("JTSH_KUBECONFIG", "/proc/400/fd/3")
            .with("KUBECONFIG", "/proc/self/fd/3");
  }

  private SessionAround found() {
    return SessionAround.find(machine.machine());
  }

  private void isGone(String words) {
    assertThat(found()).isInstanceOf(SessionAround.Gone.class);
    Outcome outcome = new SessionCheck(found()).look();
    assertThat(outcome).isInstanceOf(Outcome.Fail.class);
    assertThat(outcome.seen().toString()).contains(words);
    assertThat(outcome.todo().toString()).startsWith("unset KUBECONFIG");
  }

  @Test
  void sessionThatLivesIsFound() {
    assertThat(found()).isEqualTo(new SessionAround.Alive("id-1", Optional.of(PROGRAM)));
  }

  @Test
  void noVariableMeansNoSession() {
    machine.environment.clear();
    machine.with("KUBECONFIG", "/home/alice/.kube/config");
    assertThat(found()).isEqualTo(new SessionAround.None());
  }

  @Test
  void shellThatHasEnded() {
    machine.with("JTSH_KUBECONFIG", "/proc/999/fd/3");
    isGone("999, has ended");
  }

  @Test
  void pathAloneIsEnoughToSeeItIsStale() {
    machine.environment.clear();
    machine.with("KUBECONFIG", "/proc/999/fd/3");
    isGone("999, has ended");
  }

  @Test
  void numberThatAnotherUserGot() {
    machine.process(SHELL, 1, 12_345, "sleep");
    isGone("another one by now");
  }

  @Test
  void rootBySudoIsToldWhyItIsCut() {
    machine.uid = 0;
    isGone("another one by now");
    machine.with("SUDO_UID", Integer.toString(FakeMachine.ALICE));
    assertThat(found()).isEqualTo(new SessionAround.OfAnother(FakeMachine.ALICE));
    assertThat(new SessionCheck(found()).look()).isInstanceOf(Outcome.Fail.class);
  }

  @Test
  void numberThatAnotherProgramOfTheSameUserGot() throws Exception {
    java.nio.file.Files.delete(root.resolve("proc/400/fd/3"));
    machine.link("/proc/400/fd/3", "/home/alice/kubeconfig");
    isGone("another one by now");
  }

  @Test
  void shellThatOutlivedItsJtsh() {
    machine.process(SHELL, 1, FakeMachine.ALICE, "bash");
    isGone("has ended");
  }

  @Test
  void descriptorWithoutAnyJtshAbove() {
    machine.environment.clear();
    machine.with("KUBECONFIG", "/proc/self/fd/3").self(200);
    isGone("no jtsh is above");
    machine.self(SHELL);
    assertThat(found()).isEqualTo(new SessionAround.Alive("", Optional.of(PROGRAM)));
  }

  @Test
  void hiddenProcessOfJtshIsNotCalledGone() throws Exception {
    for (String file : new String[] {"status", "cmdline", "limits"}) {
      java.nio.file.Files.delete(root.resolve("proc/300/" + file));
    }
    assertThat(found()).isEqualTo(new SessionAround.Alive("id-1", Optional.empty()));
  }
}

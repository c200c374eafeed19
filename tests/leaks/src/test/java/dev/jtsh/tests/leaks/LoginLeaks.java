// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.TestedJtsh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A login with a password, and the approval of a request with what the login left. The program is
 * the built one with a software key; the key waits for a touch, and the process for another one
 * when jtsh has done its work, so that both moments can be looked at.
 */
@ExtendWith(LeakWorld.Visit.class)
final class LoginLeaks {
  private static final String MEMORY = "memory, through /proc/PID/mem as root";

  private final LeakWorld world;

  LoginLeaks(LeakWorld world) {
    this.world = world;
  }

  @Test
  void thePasswordAndTheKeyAreNowhereAfterLogin() throws Exception {
    LeakReport report = new LeakReport("jtsh login, ordinary user");
    RunIndex password = new RunIndex(Secret.password("password", world.password()));
    Touch touch = Touch.in(world.newDirectory("login"));
    try (RunningProgram login = start(touch, "login")) {
      login.stdin().write((world.password() + "\n").getBytes(UTF_8));
      login.stdin().flush();
      login.awaitStderr("waiting for a touch", LeakWorld.SOON);
      look(report, "password given, key not touched", "password: ", password, login.pid());

      touch.now();
      login.awaitStderr("jtsh has ended with 0", LeakWorld.SOON);
      look(report, "after login", "password: ", password, login.pid());
      RunIndex key = new RunIndex(Secret.key("key of the login", storedKey()));
      report.add("after login", "key: " + MEMORY, memory(key, login.pid()));
      report.add("after login", "key: arguments and environments", Places.everyProcess(key));
      touch.now();
      assertThat(login.awaitEnd(LeakWorld.SOON).exitCode()).isZero();
      report.add("after exit", "password: files of the user", files(password));
    } finally {
      report.print();
    }
    assertThat(report.findings()).isEmpty();
  }

  @Test
  void theKeyOfTheLoginIsNowhereDuringAnApproval() throws Exception {
    LeakReport report = new LeakReport("jtsh headless approve, ordinary user");
    RunIndex key = new RunIndex(Secret.key("key of the login", storedKey()));
    Touch touch = Touch.in(world.newDirectory("approve"));
    try (ObservedSession session =
            ObservedSession.ask(world, world.program().asBuilt(), LeakWorld.LOGIN_USER);
        RunningProgram approve = start(touch, "headless", "approve", session.id())) {
      approve.stdin().write((session.request().number() + "\n").getBytes(UTF_8));
      approve.stdin().flush();
      approve.awaitStderr("waiting for a touch", LeakWorld.SOON);
      look(report, "before the touch", "key: ", key, approve.pid());
      touch.now();
      approve.awaitStderr("jtsh has ended with 0", LeakWorld.SOON);
      look(report, "after the approval", "key: ", key, approve.pid());
      touch.now();
      assertThat(approve.awaitEnd(LeakWorld.SOON).exitCode()).isZero();
      session.awaitPrompt();
      assertThat(session.exit()).isZero();
    } finally {
      report.print();
    }
    assertThat(report.findings()).isEmpty();
  }

  private RunningProgram start(Touch touch, String... words) throws IOException {
    Path key = world.laptopOfUser().resolve("software-key");
    Path jtsh =
        world
            .program()
            .tested(
                "jtsh-with-key",
                Map.of(TestedJtsh.KEY, key.toString(), TestedJtsh.TOUCH, touch.pipe().toString()));
    List<String> command = new ArrayList<>(List.of(jtsh.toString()));
    command.addAll(List.of(words));
    command.addAll(List.of("--proxy=" + world.cluster().proxy(), "--ca-file=" + world.webCa()));
    command.add("--user=" + LeakWorld.LOGIN_USER);
    Map<String, String> environment = world.environment();
    environment.put("TELEPORT_HOME", world.laptopOfUser().resolve("tsh").toString());
    return RunningProgram.start(world.asOrdinaryUser(command), environment);
  }

  private void look(LeakReport report, String stage, String what, RunIndex index, long pid)
      throws IOException {
    report.add(stage, what + MEMORY, memory(index, pid));
    report.add(stage, what + "arguments and environments", Places.everyProcess(index));
  }

  private static Look memory(RunIndex index, long pid) throws IOException {
    ProcessMemory.Scan scan = new ProcessMemory(pid).scan(index);
    return new Look(scan.bytesRead(), scan.findings());
  }

  private Look files(RunIndex index) throws IOException {
    return Places.filesOf(index, world.ordinaryUser(), world.home());
  }

  /** A login keeps its key in a file, as tsh does. */
  private java.security.PrivateKey storedKey() throws IOException {
    try (Stream<Path> files = Files.walk(world.laptopOfUser().resolve("tsh"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file);
        if (text.contains("-----BEGIN PRIVATE KEY-----")) {
          return HeldKeys.ofPem(text);
        }
      }
    }
    throw new AssertionError("the login has left no key");
  }
}

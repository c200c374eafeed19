// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.ShownRequest;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A headless session of the ordinary user on a terminal, from its link to its end. */
final class ObservedSession implements AutoCloseable {

  private static final Pattern RENEWAL =
      Pattern.compile("headless approve [^\\n]* ([0-9a-f-]{36})\\s");

  private final LeakWorld world;
  private final PseudoTerminal terminal;
  private final ShownRequest request;
  private final long pid;

  private ObservedSession(LeakWorld world, PseudoTerminal terminal) {
    this.world = world;
    this.terminal = terminal;
    this.request = ShownRequest.on(terminal, LeakWorld.SOON);
    this.pid = terminal.pid();
  }

  /** Starts it and waits until it shows the id of its request. */
  static ObservedSession ask(LeakWorld world, Path jtsh) {
    return ask(world, jtsh, LeakWorld.USER);
  }

  /** The same for a certain user of the cluster. */
  static ObservedSession ask(LeakWorld world, Path jtsh, String user) {
    PseudoTerminal terminal =
        PseudoTerminal.start(
            world.session(jtsh, user), world.environment(), world.home(), TerminalSize.WIDE);
    boolean asked = false;
    try {
      ObservedSession session = new ObservedSession(world, terminal);
      asked = true;
      return session;
    } finally {
      if (!asked) {
        terminal.close();
      }
    }
  }

  /** Says yes on the laptop, and waits for the shell. */
  void approve() {
    world.laptop().approve(request).orThrow();
    awaitPrompt();
  }

  /** Waits until the shell can be typed into. */
  void awaitPrompt() {
    terminal.expect(LeakWorld.PROMPT, LeakWorld.SOON);
  }

  /** Types {@code jtsh renew} and reads the id of the request it makes. */
  String askForRenewal() throws IOException {
    terminal.sendLine(world.program().asBuilt() + " renew; echo renewed-$?");
    terminal.expect("Approve it in a browser:", LeakWorld.SOON);
    return terminal.expect(RENEWAL, LeakWorld.SOON).group(1);
  }

  /** Says yes to it on the laptop, and waits until the session has it. */
  void approveRenewal(String renewal) {
    world.laptop().approve(renewal).orThrow();
    terminal.expect("renewed-0", LeakWorld.SOON);
  }

  /** Leaves the shell and waits for the end of jtsh. */
  int exit() {
    terminal.sendLine("exit 0");
    return terminal.awaitExit(LeakWorld.SOON);
  }

  /** The request's. */
  String id() {
    return request.id();
  }

  /** What the terminal shows of the request. */
  ShownRequest request() {
    return request;
  }

  /** Of jtsh. */
  long pid() {
    return pid;
  }

  /** The session's kubeconfig, as root finds it. */
  Path kubeconfig() {
    ProcessHandle shell = ProcessHandle.of(pid).orElseThrow().children().findFirst().orElseThrow();
    return Path.of("/proc", String.valueOf(shell.pid()), "fd", "3");
  }

  /** Runs kubectl as the session's user; only that user's sockets are let in. */
  ProgramResult kubectl(String... arguments) {
    List<String> command = new ArrayList<>(List.of(world.kubectl().toString()));
    command.addAll(List.of(arguments));
    Map<String, String> environment = world.environment();
    environment.put("KUBECONFIG", kubeconfig().toString());
    environment.put("HOME", world.kubectlHome().toString()); // It keeps a cache there.
    try (RunningProgram running =
        RunningProgram.start(world.asOrdinaryUser(command), environment)) {
      return running.awaitEnd(LeakWorld.SOON);
    }
  }

  PseudoTerminal terminal() {
    return terminal;
  }

  @Override
  public void close() {
    terminal.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import dev.jtsh.tests.kubernetes.Kubectl;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.ShownRequest;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A headless session on a terminal, from the link it prints to its end. */
final class HeadlessShell implements AutoCloseable {
  private static final Pattern ADDRESS =
      Pattern.compile("Started local proxy for Kubernetes on 127\\.0\\.0\\.1:([0-9]+)");

  private final StoryWorld world;
  private final PseudoTerminal terminal;
  private final ShownRequest request;
  private int port;

  private HeadlessShell(StoryWorld world, PseudoTerminal terminal) {
    this.world = world;
    this.terminal = terminal;
    this.request = ShownRequest.on(terminal, StoryWorld.SOON);
  }

  /** Starts jtsh for alice and waits until it shows the id of its request. */
  static HeadlessShell ask(StoryWorld world, Map<String, String> environment, List<String> more) {
    return ask(world, world.command().with(more), environment);
  }

  /** The same for any command of a session. */
  static HeadlessShell ask(
      StoryWorld world, SessionCommand command, Map<String, String> environment) {
    return ask(world, command.words(), environment);
  }

  /** The same by way of another program that starts it. */
  static HeadlessShell ask(
      StoryWorld world, List<String> command, Map<String, String> environment) {
    return on(world.terminal(command, environment), world);
  }

  /** The same with a jtsh that runs already. */
  static HeadlessShell on(PseudoTerminal terminal, StoryWorld world) {
    boolean asked = false;
    try {
      HeadlessShell shell = new HeadlessShell(world, terminal);
      asked = true;
      return shell;
    } finally {
      if (!asked) {
        terminal.close();
      }
    }
  }

  /** A session that was started on this terminal, which the caller closes. */
  static HeadlessShell on(StoryWorld world, PseudoTerminal terminal) {
    return new HeadlessShell(world, terminal);
  }

  /** Says yes on alice's laptop, and waits until the local proxy runs. */
  void approve() {
    sayYes();
    awaitProxy();
  }

  /** Says yes on alice's laptop. */
  void sayYes() {
    sayYes(world.laptop());
  }

  /** Says yes on the laptop of whoever asks. */
  void sayYes(Laptop laptop) {
    Laptop.Result approved = laptop.approve(request).orThrow();
    if (!approved.err().contains("Approved.")) {
      throw new AssertionError("approved, but it does not say so: " + approved);
    }
  }

  /** Waits until the local proxy runs. */
  void awaitProxy() {
    port = Integer.parseInt(terminal.expect(ADDRESS, StoryWorld.SOON).group(1));
  }

  /** Waits until the shell can be typed into. */
  void awaitPrompt() {
    terminal.expect(StoryWorld.PROMPT, StoryWorld.SOON);
  }

  /** Types a command; returns what the terminal shows up to {@code answer}. */
  String type(String command, String answer) {
    terminal.sendLine(command);
    return terminal.expect(answer, StoryWorld.SOON);
  }

  /** A kubectl outside the terminal that uses the session's kubeconfig, as the same user may. */
  Kubectl kubectl() {
    return Kubectl.of(world.kubernetes().kubectl(), kubeconfig(), world.home());
  }

  /** The session's kubeconfig, as another process of the same user finds it. */
  Path kubeconfig() {
    return Path.of("/proc", String.valueOf(shell().pid()), "fd", "3");
  }

  /** The shell. */
  ProcessHandle shell() {
    return program().children().findFirst().orElseThrow();
  }

  /** jtsh. */
  ProcessHandle program() {
    return ProcessHandle.of(terminal.pid()).orElseThrow();
  }

  /** Leaves the shell and waits for the end of jtsh. */
  int exit(int status) {
    terminal.sendLine("exit " + status);
    return terminal.awaitExit(StoryWorld.SOON);
  }

  String id() {
    return request.id();
  }

  /** What the terminal shows of the request. */
  ShownRequest request() {
    return request;
  }

  /** Where the local proxy listens, on 127.0.0.1. */
  int port() {
    return port;
  }

  PseudoTerminal terminal() {
    return terminal;
  }

  @Override
  public void close() {
    terminal.close();
  }
}

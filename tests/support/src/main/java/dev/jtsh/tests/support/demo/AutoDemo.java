// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.demo;

import dev.jtsh.tests.support.ShownRequest;
import dev.jtsh.tests.support.terminal.Key;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code ./dev demo --auto}: the same story in a pseudo-terminal, without a person. */
final class AutoDemo {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Path root;
  private final DemoWorld world;
  private final DemoSteps steps;

  AutoDemo(Path root, DemoWorld world, DemoSteps steps) {
    this.root = root;
    this.world = world;
    this.steps = steps;
  }

  int run() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("SHELL", "/bin/bash");
    environment.put("PS1", "$ ");
    environment.remove("KUBECONFIG");
    world
        .kubectlDirectory()
        .ifPresent(
            own -> environment.merge("PATH", own.toString(), (path, add) -> add + ":" + path));
    try (PseudoTerminal terminal =
        PseudoTerminal.start(world.sessionCommand(root), environment, new TerminalSize(120, 40))) {
      ShownRequest request = ShownRequest.on(terminal, SOON);
      steps.done("jtsh asks: request " + request.id() + ", number " + request.number());
      world.laptop().approve(request).orThrow();
      steps.done("jtsh headless approve on the \"laptop\"");
      terminal.expect("exit", SOON);
      step(terminal, "kubectl get nodes", "Ready", "kubectl get nodes");
      step(terminal, "kubectl auth whoami", "jtsh-demo", "kubectl auth whoami");
      step(terminal, "kubectl exec demo -- sh -c 'echo from-$((40+2))'", "from-42", "kubectl exec");
      terminal.sendLine("kubectl logs -f --tail=3 demo");
      terminal.expect(Pattern.compile("(?s)(?:[^\\n]+\\n){4}"), SOON);
      terminal.send(Key.CONTROL_C);
      steps.done("kubectl logs -f");
      terminal.sendLine("kubectl port-forward pod/demo 18080:80 >/dev/null & sleep 0.2");
      step(
          terminal,
          "curl -s --retry 20 --retry-connrefused --retry-delay 1 http://127.0.0.1:18080/; kill %1",
          "hello from pod",
          "kubectl port-forward");
      terminal.sendLine("exit");
      terminal.expect("Local proxy for Kubernetes is closed.", SOON);
      int status = terminal.awaitExit(SOON);
      steps.done("exit: the session is over");
      return status;
    }
  }

  private void step(PseudoTerminal terminal, String command, String answer, String what) {
    terminal.sendLine(command);
    terminal.expect(answer, SOON);
    steps.done(what);
  }
}

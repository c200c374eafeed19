// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.demo;

import dev.jtsh.nativebindings.ChildProcess;
import dev.jtsh.nativebindings.Environment;
import dev.jtsh.nativebindings.Signals;
import dev.jtsh.nativebindings.SpawnRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code ./dev demo}: the whole of jtsh on one machine, for a person or unattended. */
public final class Demo {
  private Demo() {}

  /** Arguments: {@code --auto}, or {@code --kubeconfig FILE}, or nothing. */
  public static void main(String[] args) {
    List<String> arguments = List.of(args);
    boolean auto = arguments.equals(List.of("--auto"));
    Optional<Path> kubeconfig =
        arguments.size() == 2 && arguments.getFirst().equals("--kubeconfig")
            ? Optional.of(Path.of(arguments.get(1)).toAbsolutePath())
            : Optional.empty();
    if (!auto && kubeconfig.isEmpty() && !arguments.isEmpty()) {
      System.err.println("demo: takes --auto, or --kubeconfig FILE, or nothing");
      System.exit(2);
    }
    Path root = Path.of(System.getProperty("jtsh.root", "."));
    DemoSteps steps = new DemoSteps(System.err);
    int status;
    try (DemoWorld world = DemoWorld.start(root, kubeconfig, steps)) {
      Runtime.getRuntime().addShutdownHook(new Thread(world::close, "demo clean-up"));
      status = auto ? new AutoDemo(root, world, steps).run() : interactive(root, world);
    } catch (IOException | RuntimeException | AssertionError e) {
      System.err.println("demo: " + e.getMessage());
      status = 1;
    }
    if (auto && status == 0) {
      steps.done("everything is cleaned up");
    }
    System.exit(status);
  }

  private static int interactive(Path root, DemoWorld world) {
    System.err.println(
        """

        Now the session. jtsh prints a link, an id and a number and waits. To approve, type in a second
        terminal, in this directory:

            ./dev approve ID

        It shows who asks and for what, asks you for the number, and signs with the demo user's
        software key.
        Then kubectl works here; type exit to end it all.
        """);
    List<String> command = world.sessionCommand(root);
    Environment environment = Environment.ofThisProcess();
    if (world.kubectlDirectory().isPresent()) {
      String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
      environment = environment.with("PATH", world.kubectlDirectory().get() + ":" + path);
    }
    try (Signals.Ignored _ = Signals.ignoreForShell()) {
      return ChildProcess.spawn(
              new SpawnRequest(command.getFirst(), command, environment, Map.of()))
          .waitFor()
          .shellStatus();
    }
  }
}

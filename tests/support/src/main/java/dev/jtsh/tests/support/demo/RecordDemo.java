// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.demo;

import dev.jtsh.tests.support.ShownRequest;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code ./dev record}: makes the recording that the README shows, of a real session. */
public final class RecordDemo {
  private static final TerminalSize SIZE = new TerminalSize(104, 34);
  private static final String PROMPT = "remote$ ";

  private RecordDemo() {}

  /** Arguments: the directory to write to. */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(System.getProperty("jtsh.root", "."));
    DemoSteps steps = new DemoSteps(System.err);
    Path home = Files.createTempDirectory("jtsh-record-");
    Path start = home.resolve(".bashrc");
    Files.writeString(start, "PS1='" + PROMPT + "'\nunset HISTFILE\nset +m\n");
    try (DemoWorld world = DemoWorld.start(root, Optional.empty(), steps);
        PseudoTerminal terminal =
            PseudoTerminal.start(
                List.of("bash", "--rcfile", start.toString(), "-i"),
                environment(root, world, home),
                home,
                SIZE)) {
      Recording recording = new Recording(terminal, SIZE);
      recording.await(PROMPT, PROMPT.strip());
      record(recording, terminal, world);
      recording.write(Path.of(args[0]), "session", "A headless Kubernetes session with jtsh");
    } finally {
      Files.deleteIfExists(start);
      Files.deleteIfExists(home.resolve(".kube/config"));
    }
    System.exit(0);
  }

  private static void record(Recording recording, PseudoTerminal terminal, DemoWorld world) {
    String[] command = world.sessionCommand(Path.of("")).toArray(String[]::new);
    recording.type(
        "jtsh --headless proxy kube %s %s %s --qr=never"
            .formatted(command[4], command[5], command[6]));
    recording.await("Number to match:", "");
    ShownRequest request = ShownRequest.on(terminal, Duration.ofSeconds(60));
    world.laptop().approve(request).orThrow();
    recording.await("simply use the \"exit\" command", PROMPT.strip());
    recording.type("kubectl get pods");
    recording.await("RESTARTS", PROMPT.strip());
    recording.type("kubectl auth whoami");
    recording.await("Username", PROMPT.strip());
    recording.type("exit");
    recording.await("Local proxy for Kubernetes is closed.", PROMPT.strip());
  }

  private static Map<String, String> environment(Path root, DemoWorld world, Path home) {
    Map<String, String> environment = new HashMap<>();
    String kubectl = world.kubectlDirectory().orElseThrow().toString();
    environment.put("PATH", kubectl + ":" + root.toAbsolutePath() + ":/usr/bin:/bin");
    environment.put("HOME", home.toString());
    environment.put("SHELL", "/bin/bash");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("JTSH_CA_FILE", world.sessionCommand(root).getLast().replaceFirst(".*=", ""));
    return environment;
  }
}

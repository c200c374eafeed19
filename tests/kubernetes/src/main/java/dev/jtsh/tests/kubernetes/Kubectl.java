// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * kubectl with one kubeconfig and a small environment of its own: nothing of the developer's
 * settings, home directory or caches has a say. Immutable; the {@code with…} methods give copies.
 */
public final class Kubectl {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path program;
  private final Map<String, String> environment;
  private final Duration limit;

  private Kubectl(Path program, Map<String, String> environment, Duration limit) {
    this.program = program;
    this.environment = Map.copyOf(environment);
    this.limit = limit;
  }

  /**
   * A kubectl that keeps its caches under {@code home} and waits a minute for each command.
   *
   * @param program the kubectl to run
   * @param kubeconfig the value of KUBECONFIG
   * @param home becomes HOME; caches go there
   */
  public static Kubectl of(Path program, Path kubeconfig, Path home) {
    Map<String, String> environment =
        Map.of(
            "PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"),
            "HOME", home.toString(),
            "KUBECACHEDIR", home.resolve("kubectl-cache").toString(),
            "KUBECONFIG", kubeconfig.toString());
    return new Kubectl(program, environment, LIMIT);
  }

  /** A copy with one more (or another) environment variable. */
  public Kubectl with(String variable, String value) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put(variable, value);
    return new Kubectl(program, changed, limit);
  }

  /** A copy that acts with another kubeconfig. */
  public Kubectl withKubeconfig(Path kubeconfig) {
    return with("KUBECONFIG", kubeconfig.toString());
  }

  /** A copy that waits that long for a command to end. */
  public Kubectl withLimit(Duration newLimit) {
    return new Kubectl(program, environment, newLimit);
  }

  /** A copy whose exec, attach, cp and port-forward use that protocol only. */
  public Kubectl over(StreamProtocol protocol) {
    String websockets = String.valueOf(protocol == StreamProtocol.WEBSOCKET);
    return with("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", websockets)
        .with("KUBECTL_PORT_FORWARD_WEBSOCKETS", websockets);
  }

  /**
   * Runs a command without input to its end.
   *
   * @throws IllegalStateException when it has not ended within the limit
   */
  public ProgramResult run(String... arguments) {
    try (RunningProgram running = start(arguments)) {
      return running.awaitEnd(limit);
    }
  }

  /** Runs a command with {@code input} on its stdin, such as a manifest for {@code apply -f -}. */
  public ProgramResult runWithInput(String input, String... arguments) {
    try (RunningProgram running = start(arguments)) {
      try (OutputStream stdin = running.stdin()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException("kubectl did not take its input", e);
      }
      return running.awaitEnd(limit);
    }
  }

  /** Starts a command that goes on by itself, such as {@code logs -f} or {@code port-forward}. */
  public RunningProgram start(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    return RunningProgram.start(command, environment);
  }
}

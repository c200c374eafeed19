// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import dev.jtsh.cluster.command.ClusterProgram;
import dev.jtsh.cluster.command.Outside;
import dev.jtsh.nativebindings.ProcessHardening;
import dev.jtsh.nativebindings.ProcessSecrets;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;

/** The {@code jtsh-cluster} program. Everything outside comes in as {@link Outside}. */
public final class Main {
  private static final long STOP_SECONDS_MAX = 20;

  private Main() {}

  /** Hardens the process before it looks at anything (rule 16), then runs the command. */
  public static void main(String[] arguments) {
    ProcessHardening.apply();
    CompletableFuture<Void> stop = new CompletableFuture<>();
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    if (List.of(arguments).contains("start")) {
      // The virtual machine ends when its hooks have: this one waits until the cluster has stopped.
      Thread hook = Thread.ofPlatform().name("stop").unstarted(() -> stop(stop, ended));
      Runtime.getRuntime().addShutdownHook(hook);
    }
    int status = run(ofThisProcess(stop), arguments);
    ProcessSecrets.wipe();
    ended.complete(status);
    System.exit(status);
  }

  /**
   * Runs one command line in the given world.
   *
   * @return the exit status
   */
  public static int run(Outside outside, String... arguments) {
    return program(outside).run(arguments);
  }

  /** All commands, for what is written about them: man pages, completions. */
  public static CommandLine commandLine() {
    return program(ofThisProcess(new CompletableFuture<>())).commandLine();
  }

  private static ClusterProgram program(Outside outside) {
    return new ClusterProgram(outside, ClusterProcess::start, AgentProcess::start);
  }

  private static Outside ofThisProcess(CompletableFuture<Void> stop) {
    return new Outside(
        InstantSource.system(),
        new SecureRandom(),
        System.getenv(),
        new PrintWriter(System.out, false, StandardCharsets.UTF_8),
        new PrintWriter(System.err, false, StandardCharsets.UTF_8),
        stop);
  }

  /** After a signal too, the status is the command's own, not 128 and the signal. */
  private static void stop(CompletableFuture<Void> stop, CompletableFuture<Integer> ended) {
    stop.complete(null);
    try {
      Runtime.getRuntime().halt(ended.get(STOP_SECONDS_MAX, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      System.err.println("jtsh-cluster did not stop in time");
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody completes it with a failure", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The programs that {@code tests/kubernetes/build} makes once and keeps outside the tree.
 *
 * @param directory where they lie
 */
public record KubernetesPrograms(Path directory) {
  private static final Duration BUILD_LIMIT = Duration.ofMinutes(30);
  private static final Path SCRIPT = Path.of("tests", "kubernetes", "build");

  /**
   * Builds what is missing: minutes the first time, with progress on this process's stderr, nothing
   * later.
   */
  public static KubernetesPrograms build() {
    Path script = projectRoot().resolve(SCRIPT);
    try {
      Process process =
          new ProcessBuilder(script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getOutputStream().close();
      CompletableFuture<String> printed =
          CompletableFuture.supplyAsync(
              () -> read(process), task -> Thread.ofVirtual().name("build output").start(task));
      if (!process.waitFor(BUILD_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroy();
        throw new IllegalStateException(script + " did not end within " + BUILD_LIMIT);
      }
      if (process.exitValue() != 0) {
        throw new IllegalStateException(script + " failed; its words are on stderr");
      }
      return new KubernetesPrograms(Path.of(printed.get(30, TimeUnit.SECONDS).strip()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + script, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while building Kubernetes", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("cannot read what " + script + " printed", e);
    }
  }

  /** The kubectl of the same version as the API server. */
  public Path kubectl() {
    return directory.resolve("kubectl");
  }

  /**
   * Reads lines of {@code METHOD TARGET} and answers each with how kube-apiserver's own code reads
   * it: {@code error}, or whether it is for a resource, then verb, group, version, namespace,
   * resource, subresource, name and path, each quoted, with a space between.
   */
  public RunningProgram requestInfo() {
    return RunningProgram.start(List.of(testcluster().toString(), "requestinfo"), Map.of());
  }

  Path testcluster() {
    return directory.resolve("testcluster");
  }

  List<String> runCommand(Path clusterDirectory) {
    return List.of(
        testcluster().toString(),
        "run",
        "--bin",
        directory.toString(),
        "--owner",
        "stdin",
        clusterDirectory.toString());
  }

  private static String read(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The build tells it by a property; from an IDE it is the nearest directory that fits. */
  private static Path projectRoot() {
    String told = System.getProperty("jtsh.root");
    if (told != null) {
      return Path.of(told);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isExecutable(at.resolve(SCRIPT))) {
        return at;
      }
    }
    throw new IllegalStateException("no " + SCRIPT + " in or above the current directory");
  }
}

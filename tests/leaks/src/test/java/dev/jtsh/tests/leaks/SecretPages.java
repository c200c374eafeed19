// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How a test learns the keys of a running process: nobody reads its memfd_secret pages from
 * outside, but root can make the process write them into a pipe (the threat model says so). The
 * pages pass through no ordinary memory of the process on that way.
 */
final class SecretPages {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private SecretPages() {}

  /** The content of every memfd_secret mapping. */
  static List<byte[]> of(long pid) throws Exception {
    List<ProcessMemory.Mapping> secret =
        new ProcessMemory(pid).mappings().stream().filter(ProcessMemory.Mapping::secret).toList();
    if (secret.isEmpty()) {
      throw new AssertionError("process " + pid + " has no memfd_secret pages");
    }
    Path directory = Files.createTempDirectory("jtsh-leaks-");
    Path pipe = directory.resolve("pages");
    try {
      Programs.run("mkfifo", "-m", "666", pipe.toString());
      Programs.run("chmod", "711", directory.toString());
      return read(pid, secret, pipe);
    } finally {
      Files.deleteIfExists(pipe);
      Files.delete(directory);
    }
  }

  private static List<byte[]> read(long pid, List<ProcessMemory.Mapping> secret, Path pipe)
      throws Exception {
    CompletableFuture<byte[]> reader = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (InputStream in = Files.newInputStream(pipe)) {
            reader.complete(in.readAllBytes());
          } catch (IOException e) {
            reader.completeExceptionally(e);
          }
        });
    List<String> calls = new ArrayList<>();
    calls.add("set $out = ((int (*)(const char *, int)) open)(\"" + pipe + "\", 1)");
    for (ProcessMemory.Mapping mapping : secret) {
      calls.add(
          "call ((long (*)(int, long, long)) write)($out, 0x%x, 0x%x)"
              .formatted(mapping.from(), mapping.bytes()));
    }
    calls.add("call ((int (*)(int)) close)($out)");
    Debugger.calls(pid, calls);
    try {
      return split(reader.get(LIMIT.toSeconds(), TimeUnit.SECONDS), secret);
    } catch (TimeoutException | ExecutionException e) {
      throw new AssertionError("process " + pid + " did not give its pages", e);
    }
  }

  private static List<byte[]> split(byte[] all, List<ProcessMemory.Mapping> secret) {
    long expected = secret.stream().mapToLong(ProcessMemory.Mapping::bytes).sum();
    if (all.length != expected) {
      throw new AssertionError(all.length + " bytes of secret pages instead of " + expected);
    }
    List<byte[]> pages = new ArrayList<>();
    int at = 0;
    for (ProcessMemory.Mapping mapping : secret) {
      int length = (int) mapping.bytes();
      pages.add(java.util.Arrays.copyOfRange(all, at, at + length));
      at += length;
    }
    return pages;
  }
}

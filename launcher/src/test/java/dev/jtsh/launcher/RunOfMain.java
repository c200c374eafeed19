// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Runs the true program in a world of the test's making. */
final class RunOfMain {
  final int status;
  final String out;
  final String err;

  private RunOfMain(int status, String out, String err) {
    this.status = status;
    this.out = out;
    this.err = err;
  }

  static RunOfMain of(Path home, Instant now, Map<String, String> environment, String... args) {
    return of(new ByteArrayOutputStream(), home, now, environment, args);
  }

  /** The same where nothing can be written to stdout. */
  static RunOfMain writingInVain(
      Path home, Instant now, Map<String, String> environment, String... args) {
    ByteArrayOutputStream full =
        new ByteArrayOutputStream() {
          @Override
          public void flush() throws IOException {
            throw new IOException("No space left on device");
          }
        };
    return of(full, home, now, environment, args);
  }

  private static RunOfMain of(
      ByteArrayOutputStream out,
      Path home,
      Instant now,
      Map<String, String> environment,
      String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Outside outside =
        new Outside(
            InstantSource.fixed(now),
            environment,
            new Console(printing(out), printing(err)),
            new ByteArrayInputStream(new byte[0]),
            prompt -> {
              throw new IOException("no password in this test");
            },
            false,
            home,
            "Linux",
            new SecureRandom(),
            List.of(),
            () -> 0);
    int status = new Main(outside).run(args);
    return new RunOfMain(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** The same by the short way; empty when it leaves the command to the whole one. */
  static Optional<RunOfMain> quick(
      Path home, Instant now, Map<String, String> environment, Path help, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    QuickStart quick =
        new QuickStart(
            environment,
            home,
            InstantSource.fixed(now),
            new Console(printing(out), printing(err)),
            new WrittenHelp(help));
    OptionalInt status = quick.run(args);
    return status.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new RunOfMain(
                status.getAsInt(),
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8)));
  }

  private static PrintStream printing(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}

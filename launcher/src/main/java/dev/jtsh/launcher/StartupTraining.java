// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.ProcessHardening;
import dev.jtsh.nativebindings.ProcessSecrets;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs what is often begun, so that the JVM can write down what it loads: short commands, or, with
 * the word {@code session}, a session. The package runs both once after installation with {@code
 * -XX:AOTCacheOutput}; the start script then uses what came of it. Reads and writes nothing of
 * anybody's: the home directory it is given does not exist.
 */
public final class StartupTraining {
  private static final Map<String, String> NOWHERE = Map.of("HOME", "/nonexistent");

  private StartupTraining() {}

  /** Goes the way of the real program, but ends as the JVM wants it, not at once. */
  public static void main(String[] args) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Console told = new Console(nowhere, System.err);
    System.setOut(nowhere);
    System.setErr(nowhere);
    QuickStart quick =
        new QuickStart(
            NOWHERE,
            Path.of("/nonexistent"),
            InstantSource.system(),
            new Console(nowhere, nowhere),
            WrittenHelp.ofThisProgram());
    boolean session = List.of(args).contains("session");
    String[] first =
        session
            ? new String[] {"version"}
            : new String[] {"version", "status", "--help", "kube ls --help"};
    for (String command : first) {
      quick.run(command.split(" ", -1));
    }
    ProcessHardening.apply();
    ProcessSecrets.wipeAtEnd();
    Outside world = Outside.ofThisProcess().withEnvironment(NOWHERE);
    if (session) {
      boolean whole = SessionTraining.run(world, told);
      System.exit(whole ? 0 : 1);
    }
    for (String command : new String[] {"--help", "status", "env", "kube ls"}) {
      new Main(world, Optional.of(ProcessGuard.ofThisProcess(world.console())))
          .run(command.split(" ", -1));
    }
  }
}

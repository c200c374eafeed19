// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.ProcessHardening;
import dev.jtsh.nativebindings.ProcessSecrets;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Runs short commands to their end, so that the JVM can write down what they load. The package runs
 * it once after installation with {@code -XX:AOTCacheOutput}; the start script then uses what came
 * of it. Reads and writes nothing of anybody's: the home directory it is given does not exist.
 */
public final class StartupTraining {
  private static final Map<String, String> NOWHERE = Map.of("HOME", "/nonexistent");

  private StartupTraining() {}

  /** Goes the way of the real program, but ends as the JVM wants it, not at once. */
  public static void main(String[] args) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    System.setOut(nowhere);
    System.setErr(nowhere);
    QuickStart quick =
        new QuickStart(
            NOWHERE,
            Path.of("/nonexistent"),
            InstantSource.system(),
            new Console(nowhere, nowhere),
            WrittenHelp.ofThisProgram());
    for (String command : new String[] {"version", "status", "--help", "kube ls --help"}) {
      quick.run(command.split(" ", -1));
    }
    ProcessHardening.apply();
    ProcessSecrets.wipeAtEnd();
    for (String command : new String[] {"--help", "status", "env", "kube ls"}) {
      Outside world = Outside.ofThisProcess().withEnvironment(NOWHERE);
      new Main(world, Optional.of(ProcessGuard.ofThisProcess(world.console())))
          .run(command.split(" ", -1));
    }
  }
}

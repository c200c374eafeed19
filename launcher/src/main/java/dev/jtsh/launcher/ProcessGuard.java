// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.MemoryLock;
import dev.jtsh.nativebindings.MlockMode;
import dev.jtsh.nativebindings.SecretPlace;
import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Keeps what jtsh promises about its own process, before a command touches a secret: no foreign
 * code by way of the environment (rule 19), and memory that swap does not see.
 */
final class ProcessGuard {
  /** What makes the loader, the JVM or libcrypto load code or write what is in memory. */
  private static final List<String> CODE_LOADING =
      List.of(
          "LD_PRELOAD",
          "LD_AUDIT",
          "LD_LIBRARY_PATH",
          "JAVA_TOOL_OPTIONS",
          "_JAVA_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "OPENSSL_CONF",
          "OPENSSL_MODULES",
          "OPENSSL_ENGINES");

  private final Map<String, String> environment;
  private final Function<MlockMode, MemoryLock> lock;
  private final Console console;
  private final FailureReport failures;

  /**
   * A guard of one process.
   *
   * @param environment its variables, as the start script left them
   * @param lock locks its memory
   */
  ProcessGuard(
      Map<String, String> environment, Function<MlockMode, MemoryLock> lock, Console console) {
    this.environment = Map.copyOf(environment);
    this.lock = lock;
    this.console = console;
    this.failures = new FailureReport(console);
  }

  /** The guard of this process. */
  static ProcessGuard ofThisProcess(Console console) {
    return new ProcessGuard(System.getenv(), MemoryLock::apply, console);
  }

  /** Why the command must not run; empty when it may. */
  Optional<ExitCode> check(boolean headless, MlockMode mode) {
    if (headless) {
      List<String> loaded = CODE_LOADING.stream().filter(environment::containsKey).toList();
      if (!loaded.isEmpty()) {
        return Optional.of(foreignCode(loaded));
      }
      sayWhatIsLeftOut();
    }
    return lock.apply(mode) instanceof MemoryLock.Incomplete incomplete
        ? notLocked(mode, incomplete.unlocked(), incomplete.limitBytes())
        : Optional.empty();
  }

  private ExitCode foreignCode(List<String> names) {
    return failures.of(
        ExitCode.FOREIGN_CODE,
        SafeText.format(
            "jtsh was started around its start script, with {}: code from there could read what"
                + " must stay secret",
            SafeText.of(String.join(", ", names))),
        SafeText.literal("unset it, or start jtsh by its script, which leaves it out"));
  }

  private void sayWhatIsLeftOut() {
    String left =
        CODE_LOADING.stream()
            .filter(name -> environment.containsKey(OriginalEnvironment.KEPT + name))
            .collect(Collectors.joining(", "));
    if (!left.isEmpty()) {
      console.say(
          SafeText.format(
              "jtsh itself runs without {}; the shell gets it back.", SafeText.of(left)));
    }
  }

  private Optional<ExitCode> notLocked(MlockMode mode, List<SecretPlace> places, long limit) {
    return new UnlockedReport(console).of(mode, places, limit);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.MlockMode;
import dev.jtsh.nativebindings.SecretPlace;
import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says which secrets swap could see, as a warning or, in strict mode, as a reason to end. */
final class UnlockedReport {
  private final Console console;

  UnlockedReport(Console console) {
    this.console = console;
  }

  /**
   * Reports.
   *
   * @param places what is not locked, at least one
   * @param limitBytes RLIMIT_MEMLOCK
   * @return the exit code in strict mode, else empty
   */
  Optional<ExitCode> of(MlockMode mode, List<SecretPlace> places, long limitBytes) {
    SafeText what =
        SafeText.of(places.stream().map(SecretPlace::contents).collect(Collectors.joining("; ")));
    SafeText limit = SafeText.of(Long.toString(limitBytes));
    return switch (mode) {
      case OFF -> Optional.empty();
      case AUTO, BEST_EFFORT -> {
        console.say(
            SafeText.format(
                "WARNING: swap may see what cannot be locked in memory: {}. The limit (ulimit -l)"
                    + " is {} bytes.",
                what,
                limit));
        yield Optional.empty();
      }
      case STRICT ->
          Optional.of(
              new FailureReport(console)
                  .of(
                      ExitCode.MEMORY_NOT_LOCKED,
                      SafeText.format("cannot be locked in memory, so swap could see it: {}", what),
                      SafeText.format(
                          "raise the limit of locked memory (ulimit -l; memlock in"
                              + " /etc/security/limits.conf), now {} bytes, or go without with"
                              + " --mlock=best_effort or TELEPORT_MLOCK_MODE=off",
                          limit)));
    };
  }
}

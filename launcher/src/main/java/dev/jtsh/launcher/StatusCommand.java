// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code jtsh status}: in a session's shell that session, else the logins of this machine. A
 * headless session leaves none.
 */
@Command(
    name = "status",
    description = "Show this shell's session; outside of one, the logins on this machine.")
final class StatusCommand implements Callable<Integer> {
  /** What kubectl's own words for it hide. */
  static final String NO_SESSION =
      "this shell's jtsh session is over or not reachable: unset KUBECONFIG, or type exit";

  private final Outside outside;
  private final FailureReport failures;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "text|json|yaml",
      description = "Form of the output.")
  private DocumentFormat format = DocumentFormat.text;

  StatusCommand(Outside outside) {
    this.outside = outside;
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() {
    boolean session =
        ShellKubeconfig.isInside(outside.environment())
            || ShellKubeconfig.inFile(outside.environment()).isPresent();
    return session ? ofSession() : logins().show(format);
  }

  private StoredLogins logins() {
    return new StoredLogins(
        outside.environment(), outside.home(), outside.clock(), outside.console());
  }

  /** In a session's shell: how the session is. */
  private int ofSession() {
    Optional<SessionLink> found = SessionLink.ofKubeconfig(outside.environment());
    if (found.isEmpty()) {
      return failures.of(ExitCode.NO_SESSION, SafeText.literal(NO_SESSION)).status();
    }
    try (SessionLink link = found.get()) {
      LiveStatus status = link.status();
      if (format == DocumentFormat.text) {
        Instant end = Instant.parse(status.expires());
        status
            .lines(new SessionEnd(outside.clock().instant(), end))
            .forEach(outside.console()::data);
      } else {
        outside.console().document(format.write(status));
      }
      return ExitCode.OK.status();
    } catch (IOException e) {
      return failures.of(ExitCode.NO_SESSION, SafeText.literal(NO_SESSION)).status();
    }
  }
}

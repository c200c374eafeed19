// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;

/** Says what failed, in one line and a hint, and chooses the exit code. */
final class FailureReport {
  private final Console console;

  FailureReport(Console console) {
    this.console = console;
  }

  /** Reports a failure with a hint. */
  ExitCode of(ExitCode code, SafeText message, SafeText hint) {
    console.say(SafeText.format("ERROR: {}", message));
    if (!hint.isEmpty()) {
      console.say(hint);
    }
    return code;
  }

  /** Reports a failure that needs no hint. */
  ExitCode of(ExitCode code, SafeText message) {
    return of(code, message, SafeText.empty());
  }

  /** Reports a call to the cluster that came to nothing. */
  ExitCode of(ClientException failure) {
    SafeText message = failure.safeMessage();
    if (console.isDetailed() && failure.request().isPresent()) {
      SafeText id = SafeText.of(failure.request().get().value());
      message = SafeText.format("{} (request {})", message, id);
    }
    return of(exitCode(failure), message, failure.hint());
  }

  static ExitCode exitCode(ClientException failure) {
    return switch (failure) {
      case ClientException.Unreachable e -> ExitCode.UNREACHABLE;
      case ClientException.NotAProxy e -> ExitCode.UNREACHABLE;
      case ClientException.Gateway e -> ExitCode.UNREACHABLE;
      case ClientException.TimedOut e -> ExitCode.UNREACHABLE;
      case ClientException.UntrustedCertificate e -> ExitCode.UNTRUSTED;
      case ClientException.ClockSkew e -> ExitCode.CLOCK_SKEW;
      case ClientException.ConnectionLost e -> ExitCode.CONNECTION_LOST;
      case ClientException.CertificateRejected e -> ExitCode.NO_ACCESS;
      case ClientException.Cancelled e -> ExitCode.INTERRUPTED;
      case ClientException.Refused e ->
          e.kind() == ErrorKind.ACCESS_DENIED ? ExitCode.NO_ACCESS : ExitCode.ERROR;
      case ClientException.SecurityKeyFailed e -> ExitCode.NO_SECURITY_KEY;
      case ClientException.ProfileUnusable e -> ExitCode.ERROR;
      case ClientException.NotOffered e -> ExitCode.ERROR;
      case ClientException.BadAnswer e -> ExitCode.ERROR;
    };
  }
}

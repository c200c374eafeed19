// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.WebClient;
import dev.jtsh.headless.ActivationOutcome;
import dev.jtsh.headless.ActiveSession;
import dev.jtsh.headless.Announcement;
import dev.jtsh.headless.CodeEntry;
import dev.jtsh.headless.HeadlessOutcome;
import dev.jtsh.headless.HeadlessRequest;
import dev.jtsh.headless.HeadlessSession;
import dev.jtsh.headless.HeadlessTiming;
import dev.jtsh.headless.NoCertificateException;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks for an approval and waits: with a new link where the cluster drops a request with its
 * connection. Serves the first approval of a session and its renewals.
 */
final class ApprovalRequests {
  /** A person who has not approved the third link is not there. */
  private static final int REQUESTS_MAX = 3;

  private final Outside outside;
  private final WebClient web;
  private final Discovery discovery;

  ApprovalRequests(Outside outside, WebClient web, Discovery discovery) {
    this.outside = outside;
    this.web = web;
    this.discovery = discovery;
  }

  /** How the person hears of a request. */
  interface Voice {
    /** A request was made: this is how to approve it. */
    void announce(Announcement announcement);

    /** The number of the request that was announced last is known. */
    void number(int number);

    /** The approver will be given a code, which the person types here. */
    default void codeWanted(CodeEntry entry) {}

    /** Something happened on the way. */
    void say(SafeText line);
  }

  /** What came of asking. */
  sealed interface Result {
    /** Approved, and at least one cluster can be reached. */
    record Opened(String id, ActiveSession session) implements Result {}

    /** Not approved, or of no use. */
    record Refused(ExitCode code, SafeText message, SafeText hint) implements Result {}
  }

  Discovery discovery() {
    return discovery;
  }

  /**
   * Asks once.
   *
   * @param previous the session that this request goes on with
   * @throws ClientException when the cluster offers no headless sessions
   */
  Result ask(HeadlessRequest request, Optional<ActiveSession> previous, Voice voice)
      throws ClientException {
    for (int attempt = 1; ; attempt++) {
      try (HeadlessSession session =
          HeadlessSession.continuing(
              web,
              discovery,
              request,
              HeadlessTiming.STANDARD,
              outside.clock(),
              outside.random(),
              previous)) {
        voice.announce(session.announcement());
        HeadlessOutcome outcome = session.await(new Listener(voice));
        if (outcome instanceof HeadlessOutcome.ConnectionLost && attempt < REQUESTS_MAX) {
          voice.say(outcome.message());
          continue;
        }
        return outcome instanceof HeadlessOutcome.Approved
            ? open(session, voice)
            : new Result.Refused(exitCode(outcome), outcome.message(), outcome.hint());
      }
    }
  }

  private record Listener(Voice voice) implements HeadlessSession.WaitListener {
    @Override
    public void sendingAgain(SafeText cause, Duration pause) {
      voice.say(SafeText.format("{}; asking again with the same link", cause));
    }

    @Override
    public void number(int number) {
      voice.number(number);
    }

    @Override
    public void codeWanted(CodeEntry entry) {
      voice.codeWanted(entry);
    }

    @Override
    public void numberChanged() {
      voice.say(
          SafeText.literal(
              "WARNING: the cluster has lost this request's number. Do not approve it: stop with ^C"
                  + " and start again."));
    }
  }

  private static Result open(HeadlessSession session, Voice voice) {
    ActivationOutcome outcome = session.activate(failure -> sayNoCertificate(failure, voice));
    return switch (outcome) {
      case ActivationOutcome.Failed(ErrorKind kind, SafeText message, SafeText hint) ->
          new Result.Refused(exitCode(kind), message, hint);
      case ActivationOutcome.Active(ActiveSession active) ->
          new Result.Opened(session.announcement().id(), active);
    };
  }

  private static void sayNoCertificate(NoCertificateException failure, Voice voice) {
    voice.say(SafeText.format("WARNING: {}", failure.outcome().message()));
  }

  private static ExitCode exitCode(HeadlessOutcome outcome) {
    return switch (outcome) {
      case HeadlessOutcome.Approved approved -> ExitCode.OK;
      case HeadlessOutcome.Denied denied -> ExitCode.DENIED;
      case HeadlessOutcome.TimedOut timedOut -> ExitCode.TIMED_OUT;
      case HeadlessOutcome.ConnectionLost lost -> ExitCode.CONNECTION_LOST;
      case HeadlessOutcome.Failed failed -> FailureReport.exitCode(failed.cause());
    };
  }

  private static ExitCode exitCode(ErrorKind kind) {
    return switch (kind) {
      case NOT_FOUND, BAD_PARAMETER -> ExitCode.NO_KUBE_CLUSTER;
      case ACCESS_DENIED -> ExitCode.NO_ACCESS;
      case CONNECTION_PROBLEM -> ExitCode.UNREACHABLE;
      default -> ExitCode.ERROR;
    };
  }
}

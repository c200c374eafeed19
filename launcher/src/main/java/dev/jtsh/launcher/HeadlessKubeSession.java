// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.WebClient;
import dev.jtsh.headless.ActivationOutcome;
import dev.jtsh.headless.ActiveSession;
import dev.jtsh.headless.Announcement;
import dev.jtsh.headless.HeadlessOutcome;
import dev.jtsh.headless.HeadlessRequest;
import dev.jtsh.headless.HeadlessSession;
import dev.jtsh.headless.HeadlessTiming;
import dev.jtsh.headless.NoCertificateException;
import dev.jtsh.nativebindings.PasswdEntry;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * {@code jtsh --headless proxy kube} from the link to the closing line: asks, waits, fetches the
 * certificates, and hands over to {@link KubeShellSession}. Holds no secret itself.
 */
final class HeadlessKubeSession {
  private static final Duration LENGTH_UNLESS_TOLD = Duration.ofHours(12);

  /** A person who has not approved the third link is not there. */
  private static final int REQUESTS_MAX = 3;

  private final Outside outside;
  private final Settings settings;
  private final KubeSelection selection;
  private final Console console;
  private final FailureReport failures;

  HeadlessKubeSession(Outside outside, Settings settings, KubeSelection selection) {
    this.outside = outside;
    this.settings = settings;
    this.selection = selection;
    this.console = outside.console();
    this.failures = new FailureReport(console);
  }

  /** Runs it; the status is the shell's own once there was one. */
  int run() {
    if (outside.tracer().getAsInt() != 0) {
      return failures
          .of(
              ExitCode.TRACED,
              SafeText.literal("another process traces jtsh: it could read what must stay secret"),
              SafeText.literal("run it without a debugger or strace"))
          .status();
    }
    if (selection.port() != 0 && !free(selection.port())) {
      return portTaken().status();
    }
    try (WebClient web = new ClusterCalls(outside).web(settings)) {
      return ask(web, ClusterCalls.discover(web, settings.proxy().orElseThrow(), "headless"));
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }

  /** Asks, and asks anew with a new link where the cluster drops a request with its connection. */
  private int ask(WebClient web, Discovery discovery) throws ClientException {
    for (int attempt = 1; ; attempt++) {
      try (HeadlessSession session =
          HeadlessSession.request(
              web,
              discovery,
              request(discovery),
              HeadlessTiming.STANDARD,
              outside.clock(),
              outside.random())) {
        announce(session.announcement());
        HeadlessOutcome outcome = session.await(this::sayAskingAgain);
        if (outcome instanceof HeadlessOutcome.ConnectionLost && attempt < REQUESTS_MAX) {
          console.say(outcome.message());
          continue;
        }
        return outcome instanceof HeadlessOutcome.Approved
            ? open(session)
            : failures.of(exitCode(outcome), outcome.message(), outcome.hint()).status();
      }
    }
  }

  private int open(HeadlessSession session) {
    return switch (session.activate(this::sayNoCertificate)) {
      case ActivationOutcome.Failed(ErrorKind kind, SafeText message, SafeText hint) ->
          failures.of(exitCode(kind), message, hint).status();
      case ActivationOutcome.Active(ActiveSession active) -> {
        try (active) {
          String id = session.announcement().id();
          yield new KubeShellSession(outside, selection, active, id, failures).run();
        }
      }
    };
  }

  private void sayNoCertificate(NoCertificateException failure) {
    console.say(SafeText.format("WARNING: {}", failure.outcome().message()));
  }

  private void sayAskingAgain(SafeText cause, Duration pause) {
    console.say(SafeText.format("{}; asking again with the same link", cause));
  }

  private HeadlessRequest request(Discovery discovery) {
    Duration offered = discovery.ping().auth().defaultSessionTtl();
    Duration usual = offered.isZero() ? LENGTH_UNLESS_TOLD : offered;
    return new HeadlessRequest(
        settings.user().orElseThrow(),
        selection.kubeClusters(),
        selection.labels(),
        selection.query(),
        selection.all(),
        selection.namespace(),
        selection.length().orElse(usual),
        hostName(),
        PasswdEntry.ofCurrentUser().map(PasswdEntry::name).orElse("unknown"));
  }

  /** The words scripts for tsh look for (teleport-wire §11.1). */
  private void announce(Announcement announcement) {
    console.say(SafeText.literal("Complete headless authentication in your local web browser:\n"));
    console.say(SafeLine.of(announcement.link()));
    console.say(SafeText.literal("\nor execute this command in your local terminal:\n"));
    console.say(SafeLine.of(announcement.approveCommand()));
    console.say(SafeText.empty());
  }

  private ExitCode portTaken() {
    return failures.of(
        ExitCode.PORT_IN_USE,
        SafeText.format(
            "port {} on 127.0.0.1 is in use", SafeText.of(Integer.toString(selection.port()))),
        SafeText.literal("choose another with --port, or leave it out to take a free one"));
  }

  private static boolean free(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "unknown";
    }
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

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.WebClient;
import dev.jtsh.headless.ActiveSession;
import dev.jtsh.headless.HeadlessRequest;
import dev.jtsh.nativebindings.PasswdEntry;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code jtsh --headless proxy kube} from the link to the closing line: asks, waits, and hands over
 * to {@link KubeShellSession}. Holds no secret itself.
 */
final class HeadlessKubeSession {
  private static final Duration LENGTH_UNLESS_TOLD = Duration.ofHours(12);

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

  private int ask(WebClient web, Discovery discovery) throws ClientException {
    ApprovalRequests requests = new ApprovalRequests(outside, web, discovery);
    HeadlessRequest request = request(discovery);
    BusyWait.Work preparing =
        () -> {
          web.network().route(discovery.proxy()).explore();
          new Rehearsal(outside.clock()).run();
        };
    try (BusyWait waiting = new BusyWait(preparing)) {
      ApprovalRequests.Result result;
      try (FirstVoice voice = new FirstVoice(outside, selection.manners().qr())) {
        result = requests.ask(request, Optional.empty(), waiting.behind(voice));
      }
      return opened(result, web, requests, request);
    }
  }

  private int opened(
      ApprovalRequests.Result result,
      WebClient web,
      ApprovalRequests requests,
      HeadlessRequest request) {
    return switch (result) {
      case ApprovalRequests.Result.Refused(ExitCode code, SafeText message, SafeText hint) ->
          failures.of(code, message, hint).status();
      case ApprovalRequests.Result.Opened(String id, ActiveSession active) -> {
        Renewals renewals = Renewals.by(requests, request);
        KubeAccess.Opener opener =
            (voice, desk) ->
                new LiveSession(
                    active, renewals, selection.manners().atEnd(), voice, desk, outside.clock());
        yield new KubeShellSession(
                outside,
                selection,
                KubeFacts.of(active),
                opener,
                web.network().route(requests.discovery().proxy()),
                id,
                failures)
            .run();
      }
    };
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
        PasswdEntry.ofCurrentUser().map(PasswdEntry::name).orElse("unknown"),
        outside.interactive());
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
}

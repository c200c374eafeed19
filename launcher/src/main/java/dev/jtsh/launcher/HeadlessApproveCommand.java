// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.headless.ApprovalOutcome;
import dev.jtsh.headless.HeadlessApproval;
import dev.jtsh.headless.NumberMatch;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jtsh headless approve ID}: on the laptop, where the user is logged in. */
@Command(
    name = "approve",
    description = "Look at a headless request of yours and approve it with your security key.")
final class HeadlessApproveCommand implements Callable<Integer> {
  /** More prompts than this are a flood, from which people pick wrong (security rule 24). */
  private static final Duration BETWEEN_PROMPTS = Duration.ofMinutes(1);

  private static final int SEEN_MAX = 1000;
  private static final int SHORT_ID_CHARS = 8;

  private final Outside outside;
  private final ClusterOptions cluster;
  private final Console console;
  private final FailureReport failures;

  @Parameters(paramLabel = "ID", arity = "0..1", description = "The request's id.")
  private String id = "";

  @Option(
      names = "--watch",
      description = "Wait for requests of yours and ask as they come, at most one a minute.")
  private boolean watch;

  @Option(
      names = "--skip-confirm",
      description = "Do not ask; also TELEPORT_HEADLESS_SKIP_CONFIRM=1.")
  private boolean skipConfirm;

  @Option(
      names = "--number",
      paramLabel = "NUMBER",
      description = "The number the remote terminal shows; asked for unless given.")
  private String number = "";

  HeadlessApproveCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
    this.console = outside.console();
    this.failures = new FailureReport(console);
  }

  @Override
  public Integer call() {
    if (watch != id.isEmpty()) {
      return usage(SafeText.literal("give the id of one request, or --watch"));
    }
    if (watch && (skipConfirm || !number.isEmpty())) {
      return usage(SafeText.literal("--watch asks for each request: leave the other options out"));
    }
    if (!number.isEmpty() && NumberMatch.parse(number).isEmpty()) {
      return usage(SafeText.literal("--number takes the three digits that are shown"));
    }
    ApprovalDialog dialog =
        new ApprovalDialog(outside, number, !watch && (skipConfirm || skipByEnvironment()));
    return new ApproverCalls(outside, cluster)
        .run((auth, approval) ->
            watch ? watch(auth, approval, dialog) : dialog.decide(approval, id));
  }

  private int usage(SafeText message) {
    return failures.of(ExitCode.USAGE, message).status();
  }

  private boolean skipByEnvironment() {
    String value = outside.environment().getOrDefault("TELEPORT_HEADLESS_SKIP_CONFIRM", "");
    return value.equals("1") || value.equals("true");
  }

  /** Until the login ends, or ^C. */
  private int watch(AuthClient auth, HeadlessApproval approval, ApprovalDialog dialog)
      throws ClientException {
    Set<String> seen = new LinkedHashSet<>();
    console.say(SafeText.literal("Waiting for headless requests of yours; ^C ends it."));
    auth.watchPendingHeadless(request -> {
      String asked = request.getHeader().getMetadata().getName();
      if (request.getState() != HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_PENDING
          || !seen.add(asked)) {
        return true;
      }
      if (seen.size() > SEEN_MAX) {
        seen.remove(seen.iterator().next());
      }
      return show(asked, approval, dialog);
    });
    return ExitCode.OK.status();
  }

  /** One request; what has ended or was decided while another was on the screen is left out. */
  private boolean show(String asked, HeadlessApproval approval, ApprovalDialog dialog) {
    if (!(approval.find(asked) instanceof ApprovalOutcome.Pending)) {
      return true;
    }
    Instant shown = outside.clock().instant();
    console.notice(
        SafeText.format(
            "jtsh: a headless request waits for you, {}",
            SafeText.of(asked.substring(0, Math.min(SHORT_ID_CHARS, asked.length())))));
    console.say(SafeText.format("\nRequest {}", SafeText.of(asked)));
    var _ = dialog.decide(approval, asked); // It has told the person; the next may come.
    return pauseUntil(shown.plus(BETWEEN_PROMPTS));
  }

  private boolean pauseUntil(Instant end) {
    try {
      Duration left = Duration.between(outside.clock().instant(), end);
      if (left.isPositive()) {
        Thread.sleep(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

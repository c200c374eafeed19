// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code jtsh renew}: a new approval for the session this shell is in, or whose kubeconfig it uses,
 * at any time.
 */
@Command(
    name = "renew",
    description = {
      "Ask for a new approval for the session this shell is in or whose kubeconfig it uses, and"
          + " wait for it.",
      "Open connections live on; requests that wait go on after it."
    })
final class RenewCommand implements Callable<Integer> {
  /** A request lives three minutes; its answer needs a moment more. */
  private static final Duration LONGEST = Duration.ofSeconds(200);

  private static final long LOOK_MILLIS = 500;

  private final Outside outside;
  private final Console console;
  private final FailureReport failures;

  RenewCommand(Outside outside) {
    this.outside = outside;
    this.console = outside.console();
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<SessionLink> found = SessionLink.ofKubeconfig(outside.environment());
    if (found.isEmpty()) {
      return failures.of(ExitCode.NO_SESSION, SafeText.literal(StatusCommand.NO_SESSION)).status();
    }
    try (SessionLink link = found.get()) {
      return renew(link).status();
    } catch (IOException e) {
      return failures.of(ExitCode.NO_SESSION, SafeText.literal(StatusCommand.NO_SESSION)).status();
    }
  }

  private ExitCode renew(SessionLink link) throws IOException, InterruptedException {
    String before = link.status().expires();
    LiveStatus now = link.renew();
    String told = "";
    int number = 0;
    Instant limit = outside.clock().instant().plus(LONGEST);
    while (outside.clock().instant().isBefore(limit)) {
      LiveStatus.Renewal renewal = now.renewal();
      if (renewal != null && !renewal.id().equals(told)) {
        told = renewal.id();
        console.say(SafeText.literal("Approve it in a browser:\n"));
        console.say(SafeLine.of(renewal.link()));
        console.say(SafeText.literal("\nor with this command:\n"));
        console.say(SafeLine.of(renewal.command()));
        console.say(SafeText.empty());
      }
      if (renewal != null && renewal.number() != number) {
        number = renewal.number();
        console.say(
            SafeText.format("Number to match: {}\n", SafeText.of(Integer.toString(number))));
      }
      if (now.notRenewed() != null) {
        return failures.of(
            ExitCode.DENIED, SafeText.format("not renewed: {}", SafeText.of(now.notRenewed())));
      }
      if (!now.expires().equals(before)) {
        console.say(new SessionEnd(outside.clock().instant(), Instant.parse(now.expires())).ends());
        return ExitCode.OK;
      }
      Thread.sleep(LOOK_MILLIS);
      now = link.status();
    }
    return failures.of(ExitCode.TIMED_OUT, SafeText.literal("not approved in time"));
  }
}

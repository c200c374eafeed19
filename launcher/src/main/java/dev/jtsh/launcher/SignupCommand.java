// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.LoginSession;
import dev.jtsh.client.WebClient;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.SignupBeginResponse;
import dev.jtsh.protocol.web.SignupFinishResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code jtsh signup}: redeems the invite that {@code jtsh-cluster users add} prints. The invite is
 * asked for, never taken from the command line, where other users of the machine could read it.
 */
@Command(
    name = "signup",
    description = "Redeem an invite: choose a password and register a security key.")
final class SignupCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;
  private final FailureReport failures;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "What to call the security key (default: ${DEFAULT-VALUE}).",
      defaultValue = "security-key")
  private String device = "security-key";

  SignupCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() {
    ClusterCalls calls = new ClusterCalls(outside);
    Settings settings = calls.settings(cluster);
    String proxy =
        settings
            .proxy()
            .orElseThrow(
                () -> new SettingsException("missing proxy: give --proxy or set TELEPORT_PROXY"));
    Passwords passwords = new Passwords(outside.passwords());
    try (WebClient web = calls.web(settings)) {
      Discovery discovery = ClusterCalls.discoverPinned(web, proxy, "local");
      LoginSession session = new LoginSession(web, calls.securityKey());
      String invite = invite(passwords);
      SignupBeginResponse begin = session.beginSignup(discovery, invite);
      outside.console().say(SafeText.format("Welcome, {}.", SafeText.of(begin.user())));
      try (SecretBuffer password =
          passwords.askNew(
              SafeText.literal("Choose a password:\n"), SafeText.literal("Again:\n"))) {
        outside.console().say(SafeText.literal("Tap the security key to register"));
        show(session.finishSignup(discovery, invite, begin, password, device));
      }
      outside
          .console()
          .say(
              SafeText.format(
                  "Done. Log in with: jtsh login --proxy={} --user={}",
                  SafeText.of(discovery.proxy().hostPort()),
                  SafeText.of(begin.user())));
      return ExitCode.OK.status();
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }

  private void show(SignupFinishResponse done) {
    Instant from = done.approvesFrom();
    if (from != null) {
      outside
          .console()
          .say(
              SafeText.format(
                  "This key may approve headless sessions from {} on.",
                  SafeText.of(from.truncatedTo(ChronoUnit.SECONDS).toString())));
    }
    if (!done.recoveryCodes().isEmpty()) {
      RecoveryCodeLines.show(outside.console(), done.recoveryCodes());
    }
  }

  /**
   * The invite's token: what is typed, or the last part of a link. A String, for it opens nothing
   * once this command has used it.
   */
  private static String invite(Passwords passwords) {
    try (SecretBuffer typed = passwords.ask(SafeText.literal("Invite (or its link):\n"))) {
      String text = StandardCharsets.UTF_8.decode(typed.segment().asByteBuffer()).toString();
      return text.substring(text.lastIndexOf('/') + 1).strip();
    }
  }
}

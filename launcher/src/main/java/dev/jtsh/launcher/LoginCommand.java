// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.LoginSession;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.client.WebClient;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh login}: password and security key; the profile is one tsh reads as well. */
@Command(name = "login", description = "Log in on this machine, with password and security key.")
final class LoginCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;
  private final FailureReport failures;

  @Option(names = "--ttl", paramLabel = "LENGTH", description = "How long the login lasts.")
  private @Nullable String ttl;

  LoginCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() {
    ClusterCalls calls = new ClusterCalls(outside);
    Settings settings = calls.settings(cluster).complete();
    String user = settings.user().orElseThrow();
    Duration length = ttl == null ? Duration.ZERO : SessionLength.parse(ttl);
    ProfileStore profiles = ProfileStore.ofEnvironment(outside.environment(), outside.home());
    try (WebClient web = calls.web(settings)) {
      Discovery discovery = ClusterCalls.discover(web, settings.proxy().orElseThrow(), "local");
      Optional<String> pinned =
          profiles.forProxy(discovery.proxy().host()).flatMap(Profile::pinnedParent);
      SafeText prompt =
          SafeText.format("Enter password for Teleport user {}:\n", SafeText.of(user));
      try (SecretBuffer password = new Passwords(outside.passwords()).ask(prompt)) {
        outside.console().say(SafeText.literal("Tap any security key"));
        try (LoginCredentials login =
            new LoginSession(web, calls.securityKey())
                .login(discovery, user, password, length, pinned)) {
          profiles.save(login, discovery, pinned);
        }
      }
      profiles
          .forProxy(discovery.proxy().host())
          .ifPresent(profile ->
              new StatusText(outside.clock().instant())
                  .lines(profile, true)
                  .forEach(outside.console()::data));
      return ExitCode.OK.status();
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }
}

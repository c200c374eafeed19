// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.BrowserLogin;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.LoginSession;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.client.SecondFactor;
import dev.jtsh.client.SecurityKey;
import dev.jtsh.client.WebClient;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code jtsh login}: password and security key or one-time code, a passkey alone, or a provider in
 * a browser; the profile is one tsh reads as well.
 */
@Command(
    name = "login",
    description = "Log in on this machine: with password and security key, or in a browser.")
final class LoginCommand implements Callable<Integer> {
  private static final String CONNECTOR_NAME = "[A-Za-z0-9_-]{1,64}";
  private static final String PASSWORDLESS = "passwordless";

  private final Outside outside;
  private final ClusterOptions cluster;
  private final FailureReport failures;

  @Option(names = "--ttl", paramLabel = "LENGTH", description = "How long the login lasts.")
  private @Nullable String ttl;

  @Option(
      names = "--auth",
      paramLabel = "NAME",
      description =
          "How to log in: local, passwordless (a passkey alone), or a connector of the cluster"
              + " (default: what the cluster says; also TELEPORT_AUTH).")
  private @Nullable String auth;

  @Option(
      names = "--browser",
      paramLabel = "none",
      description = "With none, only print the link and open nothing.")
  private @Nullable String browser;

  /** How the second factor is shown; named as it is typed. */
  @SuppressWarnings("NamedLikeContextualKeyword") // These are the words of the command line.
  enum MfaMode {
    auto(SecondFactor.Choice.WHAT_IS_AT_HAND),
    otp(SecondFactor.Choice.CODE),
    webauthn(SecondFactor.Choice.KEY);

    private final SecondFactor.Choice choice;

    MfaMode(SecondFactor.Choice choice) {
      this.choice = choice;
    }
  }

  @Option(
      names = "--mfa-mode",
      paramLabel = "auto|otp|webauthn",
      description =
          "A tap of your key, or a one-time code where the cluster takes codes (default: a tap, or"
              + " a code when no key is plugged in).")
  private MfaMode mfaMode = MfaMode.auto;

  LoginCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() {
    if (browser != null && !browser.equals("none")) {
      throw new SettingsException("--browser is none, or left out");
    }
    ClusterCalls calls = new ClusterCalls(outside);
    Settings settings = calls.settings(cluster);
    String proxy = settings.requiredProxy();
    Duration length = ttl == null ? Duration.ZERO : SessionLength.parse(ttl);
    ProfileStore profiles = ProfileStore.ofEnvironment(outside.environment(), outside.home());
    try (WebClient web = calls.web(settings)) {
      String connector = connector();
      Discovery discovery = ClusterCalls.discoverPinned(web, proxy, connector);
      Optional<String> pinned = profiles.pinnedParent(discovery.proxy().host());
      Way way = way(discovery, connector);
      try (LoginCredentials login =
          switch (way) {
            case BROWSER ->
                new BrowserLogin(web, outside.random()).login(discovery, length, this::show);
            case PASSKEY -> withPasskey(calls, web, discovery, settings, length, pinned);
            case PASSWORD ->
                withPassword(calls, web, discovery, settings.complete(), length, pinned);
          }) {
        profiles.save(login, discovery, pinned);
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

  private enum Way {
    BROWSER,
    PASSKEY,
    PASSWORD
  }

  private static Way way(Discovery discovery, String connector) {
    if (BrowserLogin.connector(discovery).isPresent()) {
      return Way.BROWSER;
    }
    return connector.equals(PASSWORDLESS) ? Way.PASSKEY : Way.PASSWORD;
  }

  /** Empty asks the cluster for its default. */
  private String connector() {
    String name =
        auth != null ? auth : outside.environment().getOrDefault("TELEPORT_AUTH", "").strip();
    if (!name.isEmpty() && !name.matches(CONNECTOR_NAME)) {
      throw new SettingsException("--auth is the name of a connector: letters, digits, _ and -");
    }
    return name;
  }

  private LoginCredentials withPasskey(
      ClusterCalls calls,
      WebClient web,
      Discovery discovery,
      Settings settings,
      Duration length,
      Optional<String> pinned)
      throws ClientException {
    outside.console().say(SafeText.literal("Tap your security key"));
    return new LoginSession(web, calls.securityKey())
        .loginWithPasskey(discovery, settings.user(), length, pinned);
  }

  private LoginCredentials withPassword(
      ClusterCalls calls,
      WebClient web,
      Discovery discovery,
      Settings settings,
      Duration length,
      Optional<String> pinned)
      throws ClientException {
    String user = settings.user().orElseThrow();
    SafeText prompt = SafeText.format("Enter password for Teleport user {}:\n", SafeText.of(user));
    try (SecretBuffer password = new Passwords(outside.passwords()).ask(prompt)) {
      SecurityKey key = calls.securityKey();
      var second =
          new SecondFactor(
              mfaMode.choice,
              key::isAtHand,
              () -> outside.console().say(SafeText.literal("Tap any security key")),
              () -> OneTimeCodePrompt.ask(outside));
      return new LoginSession(web, key).login(discovery, user, password, length, pinned, second);
    }
  }

  private void show(String link) {
    boolean opened = browser == null && new DesktopBrowser(outside.environment()).open(link);
    outside
        .console()
        .say(
            opened
                ? SafeText.literal(
                    "If browser window does not open automatically, open it by clicking on the"
                        + " link:")
                : SafeText.literal("Use the following URL to authenticate:"));
    outside.console().say(SafeText.format(" {}", SafeText.of(link)));
  }
}

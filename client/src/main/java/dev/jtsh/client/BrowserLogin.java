// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.PingResponse;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Logs a user in at a provider, in a browser of this machine (teleport-wire §2.5). */
public final class BrowserLogin {
  /** How long the person may take. */
  public static final Duration TIME_MAX = Duration.ofMinutes(3);

  private static final SafeText ACTION = SafeText.literal("logging in");

  private final WebClient web;
  private final SecureRandom random;
  private final Duration time;

  /** A login over {@code web}. */
  public BrowserLogin(WebClient web, SecureRandom random) {
    this(web, random, TIME_MAX);
  }

  BrowserLogin(WebClient web, SecureRandom random, Duration time) {
    this.web = web;
    this.random = random;
    this.time = time;
  }

  /** The connector that {@code discovery} is of; empty when its logins need no browser. */
  public static Optional<PingResponse.Connector> connector(Discovery discovery) {
    PingResponse.Auth auth = discovery.ping().auth();
    return switch (auth.type()) {
      case "oidc" -> Optional.ofNullable(auth.oidc());
      case "saml" -> Optional.ofNullable(auth.saml());
      case "github" -> Optional.ofNullable(auth.github());
      default -> Optional.empty();
    };
  }

  /**
   * Logs in and returns the credentials, which the caller stores and closes.
   *
   * @param discovery of a connector that needs a browser
   * @param ttl wanted length; zero for the cluster's default
   * @param link shows the person where to go; called once, before the wait
   */
  public LoginCredentials login(Discovery discovery, Duration ttl, Consumer<String> link)
      throws ClientException {
    discovery.requireTlsRouting();
    String type = discovery.ping().auth().type().toLowerCase(Locale.ROOT);
    String connector = connector(discovery).orElseThrow().name();
    HeldKey key = HeldKey.generate(KeyKind.P256);
    boolean complete = false;
    try (var listener = new BrowserListener(discovery.proxy(), random)) {
      String place =
          web.beginBrowserLogin(
              discovery,
              type,
              connector,
              listener.redirectUrl(),
              key.publicKey(),
              ttl.isZero() ? discovery.defaultSessionTtl() : ttl);
      link.accept(listener.linkTo(checked(place)));
      LoginCredentials credentials =
          await(listener, key).limitedTo(web.network().pins(discovery.proxy()));
      complete = true;
      return credentials;
    } catch (IOException e) {
      throw new ClientException.BadAnswer(
          SafeText.literal("logging in: cannot listen on this machine for the browser"), e);
    } finally {
      if (!complete) {
        key.close();
      }
    }
  }

  private LoginCredentials await(BrowserListener listener, HeldKey key) throws ClientException {
    Optional<BrowserListener.Outcome> outcome;
    try {
      outcome = listener.await(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientException.Cancelled(SafeText.format("{}: stopped", ACTION), e);
    }
    if (outcome.isEmpty()) {
      throw new ClientException.TimedOut(
          SafeText.format("{}: timed out waiting for callback", ACTION), null);
    }
    return switch (outcome.get()) {
      case BrowserListener.Granted(var login) -> LoginCredentials.of(login, login.username(), key);
      case BrowserListener.Failed(var words) ->
          throw new ClientException.Refused(
              ErrorKind.ACCESS_DENIED,
              SafeText.format("{}: {}", ACTION, words),
              words,
              SafeText.empty());
    };
  }

  private static URI checked(String place) throws ClientException {
    try {
      URI uri = URI.create(place);
      if ("https".equals(uri.getScheme()) && uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Falls through: it is nothing a browser should be sent to.
    }
    throw new ClientException.BadAnswer(
        SafeText.literal("logging in: the cluster names no page of a provider"), null);
  }
}

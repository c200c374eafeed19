// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import dev.jtsh.protocol.web.SignupBeginResponse;
import dev.jtsh.protocol.web.SignupFinishResponse;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;

/**
 * Logs a user in with password and security key or one-time code, or a passkey alone, and signs new
 * users up. Each call does one whole ceremony; the password is not kept.
 */
public final class LoginSession {
  private final WebClient web;
  private final SecurityKey securityKey;

  /** A session that signs with {@code securityKey}. */
  public LoginSession(WebClient web, SecurityKey securityKey) {
    this.web = web;
    this.securityKey = securityKey;
  }

  /**
   * Logs in and returns the credentials, which the caller stores and closes.
   *
   * @param discovery of the connector {@code local}
   * @param password UTF-8, wiped by the caller
   * @param ttl wanted length; zero for the cluster's default
   * @param pinnedParent a parent domain accepted as WebAuthn relying party
   */
  public LoginCredentials login(
      Discovery discovery,
      String user,
      SecretBuffer password,
      Duration ttl,
      Optional<String> pinnedParent)
      throws ClientException {
    return login(discovery, user, password, ttl, pinnedParent, SecondFactor.key());
  }

  /**
   * The same with a choice of the second factor.
   *
   * @param second is asked for a code where the cluster takes one
   */
  public LoginCredentials login(
      Discovery discovery,
      String user,
      SecretBuffer password,
      Duration ttl,
      Optional<String> pinnedParent,
      SecondFactor second)
      throws ClientException {
    discovery.requireTlsRouting();
    requirePasswordAndWebauthn(discovery);
    MfaLoginBeginResponse begin = web.beginLogin(discovery.proxy(), user, password);
    String code = second.ask(begin).orElse("");
    WebauthnChallengeJson challenge = begin.webauthnChallenge();
    WebauthnAssertionJson assertion =
        code.isEmpty() && challenge != null
            ? new WebauthnCeremony(discovery.proxy(), pinnedParent, securityKey).sign(challenge)
            : null;
    return certified(
        discovery,
        Optional.of(user),
        key ->
            web.finishLogin(
                discovery, user, password, assertion, code, key, length(ttl, discovery)));
  }

  /**
   * Logs in with a passkey: the key verifies its person and says whose it is.
   *
   * @param discovery of the connector {@code passwordless}
   * @param user who is expected; empty for whoever it is
   * @param ttl wanted length; zero for the cluster's default
   * @param pinnedParent a parent domain accepted as WebAuthn relying party
   */
  public LoginCredentials loginWithPasskey(
      Discovery discovery, Optional<String> user, Duration ttl, Optional<String> pinnedParent)
      throws ClientException {
    discovery.requireTlsRouting();
    if (!discovery.ping().auth().allowPasswordless()) {
      throw new ClientException.NotOffered(
          SafeText.literal("this cluster has no login with a passkey alone"),
          SafeText.literal("log in with your password: leave out --auth=passwordless"));
    }
    MfaLoginBeginResponse begin = web.beginPasskeyLogin(discovery.proxy());
    if (begin.webauthnChallenge() == null) {
      throw new ClientException.BadAnswer(
          SafeText.literal("logging in: the cluster gave nothing to sign"), null);
    }
    WebauthnAssertionJson assertion =
        new WebauthnCeremony(discovery.proxy(), pinnedParent, securityKey)
            .sign(begin.webauthnChallenge());
    return certified(
        discovery,
        user,
        key -> web.finishPasskeyLogin(discovery, assertion, key, length(ttl, discovery)));
  }

  /** The last step of a login. */
  @FunctionalInterface
  private interface Finish {
    SshLoginResponse by(PublicKey key) throws ClientException;
  }

  /**
   * A new key, and certificates for it.
   *
   * @param user who is expected; empty for whoever the cluster names
   */
  private LoginCredentials certified(Discovery discovery, Optional<String> user, Finish finish)
      throws ClientException {
    HeldKey key = HeldKey.generate(KeyKind.P256);
    boolean complete = false;
    try {
      SshLoginResponse response = finish.by(key.publicKey());
      LoginCredentials credentials =
          LoginCredentials.of(response, user.orElse(response.username()), key)
              .limitedTo(web.network().pins(discovery.proxy()));
      complete = true;
      return credentials;
    } finally {
      if (!complete) {
        key.close();
      }
    }
  }

  private static Duration length(Duration asked, Discovery discovery) {
    return asked.isZero() ? discovery.defaultSessionTtl() : asked;
  }

  /** What an invite is for: step one of a sign-up. */
  public SignupBeginResponse beginSignup(Discovery discovery, String token) throws ClientException {
    if (!discovery.jtshCluster()) {
      throw new ClientException.NotOffered(
          SafeText.literal("this cluster has no jtsh signup"),
          SafeText.literal("open the invite link in a browser"));
    }
    return web.beginSignup(discovery.proxy(), token);
  }

  /**
   * Step two of a sign-up: makes a credential and sets the password.
   *
   * @param password UTF-8, wiped by the caller
   * @param deviceName what the user calls the key
   * @return from when the key may approve
   */
  public SignupFinishResponse finishSignup(
      Discovery discovery,
      String token,
      SignupBeginResponse begin,
      SecretBuffer password,
      String deviceName)
      throws ClientException {
    WebauthnAttestationJson attestation =
        new WebauthnCeremony(discovery.proxy(), Optional.empty(), securityKey)
            .register(begin.webauthn());
    return web.finishSignup(discovery.proxy(), token, password, deviceName, attestation);
  }

  private static void requirePasswordAndWebauthn(Discovery discovery) throws ClientException {
    String type = discovery.ping().auth().type();
    String second = discovery.ping().auth().secondFactor();
    boolean webauthn = !second.equals("off") && !second.equals("otp");
    if (!type.equals("local") || !webauthn) {
      throw new ClientException.NotOffered(
          SafeText.format(
              "this cluster's login ({}, second factor {}) is not one jtsh can do yet",
              SafeText.of(type),
              SafeText.of(second)),
          SafeText.literal("log in with tsh: jtsh uses the same profile"));
    }
  }
}

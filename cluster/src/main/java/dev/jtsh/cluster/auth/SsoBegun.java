// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.oidc.LoginSecrets;
import dev.jtsh.cluster.oidc.OidcProvider;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/**
 * A login that waits for its answer from a provider.
 *
 * @param provider where it is
 * @param secrets what binds the answer to it
 * @param redirect where the provider sends the browser back to
 * @param way who gets what comes of it
 * @param remote who began it
 * @param expires when it is too late
 */
record SsoBegun(
    OidcProvider provider,
    LoginSecrets secrets,
    URI redirect,
    Way way,
    InetSocketAddress remote,
    Instant expires) {

  /** Who gets what comes of it. */
  sealed interface Way {}

  /** A program on the person's machine. */
  record Program(ConsoleReturn address, SubmittedKeys keys, Duration ttl) implements Way {}

  /**
   * The page in the browser that began it.
   *
   * @param browserHash hash of the secret in that browser's cookie
   * @param requestId the headless request it was on
   */
  record Page(String browserHash, String requestId) implements Way {}
}

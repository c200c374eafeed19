// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.PingResponse;
import java.time.Duration;

/**
 * What a proxy said about its cluster.
 *
 * @param proxy the address that answered
 * @param ping the answer
 * @param version of the server
 * @param jtshCluster whether it is a jtsh-cluster: then facts are sent, and a cut wait goes on
 */
public record Discovery(
    ProxyAddress proxy, PingResponse ping, ServerVersion version, boolean jtshCluster) {
  private static final Duration USUAL_TTL = Duration.ofHours(12);

  /** The length of certificates when nothing is asked for. */
  public Duration defaultSessionTtl() {
    Duration said = ping.auth().defaultSessionTtl();
    return said.isZero() || said.isNegative() ? USUAL_TTL : said;
  }

  /** Fails unless the cluster allows headless logins. */
  public void requireHeadless() throws ClientException {
    if (!ping.auth().allowHeadless()) {
      throw new ClientException.NotOffered(
          SafeText.literal("headless disallowed by cluster settings"),
          SafeText.literal("headless login needs WebAuthn and must be switched on by the cluster"));
    }
  }

  /** Fails unless Kubernetes and the auth server are reached through the web port. */
  public void requireKubernetes() throws ClientException {
    if (!ping.proxy().kube().enabled()) {
      throw new ClientException.NotOffered(
          SafeText.literal("the cluster offers no Kubernetes access"),
          SafeText.literal("ask the administrator to enable Kubernetes on the proxy"));
    }
    requireTlsRouting();
  }

  /** Fails unless the auth server is reached through the web port. */
  public void requireTlsRouting() throws ClientException {
    if (!ping.proxy().tlsRoutingEnabled()) {
      throw new ClientException.NotOffered(
          SafeText.literal("the cluster runs without TLS routing, which jtsh needs"),
          SafeText.literal("the proxy's listener mode must be multiplex"));
    }
  }
}

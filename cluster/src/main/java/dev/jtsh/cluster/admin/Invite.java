// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import dev.jtsh.cluster.net.WebOrigin;
import java.time.Instant;

/**
 * What a new user needs to sign up, once.
 *
 * @param user login name
 * @param invite the secret to pass on
 * @param expires when it ends
 * @param proxy where to sign up, {@code host:port}
 * @param link to sign up in a browser, with the secret
 */
public record Invite(String user, String invite, Instant expires, String proxy, String link) {
  /** An invite to be redeemed at this proxy, {@code host:port}. */
  public static Invite at(String proxy, String user, String invite, Instant expires) {
    return new Invite(user, invite, expires, proxy, WebOrigin.of(proxy) + "/web/invite/" + invite);
  }

  /** Hides the secret. */
  @Override
  public String toString() {
    return "Invite(" + user + ", hidden)";
  }
}

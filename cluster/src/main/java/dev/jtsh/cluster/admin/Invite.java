// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import java.time.Instant;

/**
 * What a new user needs to sign up, once.
 *
 * @param user login name
 * @param invite the secret to pass on
 * @param expires when it ends
 * @param proxy where to sign up, {@code host:port}
 */
public record Invite(String user, String invite, Instant expires, String proxy) {
  /** Hides the secret. */
  @Override
  public String toString() {
    return "Invite(" + user + ", hidden)";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

/**
 * Who a user is at a provider. A name alone is nobody: names are given to others, subjects never.
 *
 * @param connector the connector's name
 * @param issuer the provider
 * @param subject the person's id there
 */
public record SsoIdentity(String connector, String issuer, String subject) {
  /** Whether both are the same person, by whichever connector. */
  boolean isSamePerson(SsoIdentity other) {
    return issuer.equals(other.issuer) && subject.equals(other.subject);
  }
}

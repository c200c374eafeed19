// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.oidc.OidcConnector;
import java.time.Duration;
import java.util.List;

/**
 * What the operator decides about logins at providers.
 *
 * @param connectors the providers
 * @param defaultConnector a connector's name, or {@code local}: how to log in when nobody says
 * @param firstKey what the first security key of such a user may do
 * @param newKeyWait how long a key must have been there before it approves, where that applies
 */
public record SsoSettings(
    List<OidcConnector> connectors,
    String defaultConnector,
    FirstKey firstKey,
    Duration newKeyWait) {
  /** No providers. */
  public static final SsoSettings NONE =
      new SsoSettings(List.of(), "local", FirstKey.WAITS, Duration.ofHours(24));

  /**
   * A user without a key registers the first one by nothing but the provider's word: whoever got
   * hold of the account there could do it too (security rule 22).
   */
  public enum FirstKey {
    /** It can be registered and approves from then on. */
    AT_ONCE,
    /** It can be registered and approves after the wait. */
    WAITS,
    /** It cannot be registered. */
    REFUSED
  }

  /** Copies. */
  public SsoSettings {
    connectors = List.copyOf(connectors);
    String name = defaultConnector;
    if (!name.equals("local") && connectors.stream().noneMatch(c -> c.name().equals(name))) {
      throw new IllegalArgumentException("there is no connector \"" + name + "\"");
    }
  }
}

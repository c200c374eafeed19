// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code TELEPORT_TLS_ROUTING_CONN_UPGRADE} says: items split by {@code ;} or {@code ,}, each
 * a word for all addresses or {@code address=word} for one, which wins (teleport-wire-newer §e).
 */
final class UpgradeRule {
  /** The variable's name. */
  static final String VARIABLE = "TELEPORT_TLS_ROUTING_CONN_UPGRADE";

  private UpgradeRule() {}

  /**
   * Whether connections to the address need the upgrade; empty if the variable is not set, and it
   * has to be found out. Set without a word for this address, it says no.
   */
  static Optional<Boolean> said(Map<String, String> environment, ProxyAddress address) {
    String text = environment.getOrDefault(VARIABLE, "").strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    boolean forAll = false;
    for (String item : text.toLowerCase(Locale.ROOT).split("[;,]", -1)) {
      int equals = item.lastIndexOf('=');
      Optional<Boolean> word = word(item.substring(equals + 1).strip());
      if (word.isEmpty()) {
        continue;
      }
      if (equals < 0) {
        forAll = word.get();
      } else if (item.substring(0, equals).strip().equals(address.hostPort())) {
        return word;
      }
    }
    return Optional.of(forAll);
  }

  private static Optional<Boolean> word(String text) {
    return switch (text) {
      case "true", "yes", "1", "t", "y", "on" -> Optional.of(true);
      case "false", "no", "0", "f", "n", "off" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import java.util.List;

/**
 * Who has what: a claim that holds a value gives roles.
 *
 * @param claim name of the claim, such as {@code groups}
 * @param value compared exactly with the claim's text, or with each text of its list
 * @param roles names of roles
 */
public record RoleMapping(String claim, String value, List<String> roles) {
  /** Copies. */
  public RoleMapping {
    roles = List.copyOf(roles);
  }
}

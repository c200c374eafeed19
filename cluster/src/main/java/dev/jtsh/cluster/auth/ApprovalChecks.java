// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.util.Set;

/**
 * What an approval needs besides the security key, by the operator's choice (security rule 11).
 *
 * @param typedNumberRoles roles whose use is not to be picked by chance: a request for a cluster
 *     that one of them opens has its number typed, wherever it comes from
 * @param reverseCode whether an approval gives a code that must be typed on the remote terminal
 */
public record ApprovalChecks(Set<String> typedNumberRoles, boolean reverseCode) {
  /** Nothing more. */
  public static final ApprovalChecks NONE = new ApprovalChecks(Set.of(), false);

  /** Copies. */
  public ApprovalChecks {
    typedNumberRoles = Set.copyOf(typedNumberRoles);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

/**
 * What the operator decides about users of the cluster's own.
 *
 * @param passwordless whether they may sign up with a key alone, without a password
 * @param recoveryCodes whether they get codes, each good once in place of a lost password or key
 * @param totp whether a one-time code may take the key's place at a login with a password
 */
public record AccountSettings(boolean passwordless, boolean recoveryCodes, boolean totp) {
  /** A password and a key, and an administrator who invites again when one is lost. */
  public static final AccountSettings DEFAULT = new AccountSettings(false, false, false);
}

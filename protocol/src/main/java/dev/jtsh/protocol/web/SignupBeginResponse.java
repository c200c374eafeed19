// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Answer to {@link SignupBeginRequest}.
 *
 * @param user whose invite it is
 * @param webauthn the credential to make
 * @param rules what the cluster demands of the sign-up
 */
public record SignupBeginResponse(
    String user, @JsonProperty("webauthn_creation") WebauthnCreationJson webauthn, Rules rules) {
  /** Absent keys become empty values. */
  public SignupBeginResponse {
    user = Absent.text(user);
    rules = rules == null ? Rules.NOT_SAID : rules;
  }

  /**
   * What a sign-up must keep to; a page shows it before anything is typed.
   *
   * @param cluster the cluster's name
   * @param passwordCharsMin the shortest password, in characters
   * @param passwordBytesMax the longest, in bytes of UTF-8
   * @param passwordless whether a key alone will do
   */
  public record Rules(
      String cluster, int passwordCharsMin, int passwordBytesMax, boolean passwordless) {
    static final Rules NOT_SAID = new Rules("", 0, 0, false);

    /** Absent keys become empty values. */
    public Rules {
      cluster = Absent.text(cluster);
    }
  }
}

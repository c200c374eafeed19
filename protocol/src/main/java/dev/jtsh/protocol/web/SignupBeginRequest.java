// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

/**
 * Body of {@code POST /webapi/jtsh/signup/begin}.
 *
 * @param token the invite, as printed when the user was added
 */
public record SignupBeginRequest(String token) {
  /** Absent keys become empty values. */
  public SignupBeginRequest {
    token = Absent.text(token);
  }

  /** Hides the invite. */
  @Override
  public String toString() {
    return "SignupBeginRequest(hidden)";
  }
}

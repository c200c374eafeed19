// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Body of {@code POST /webapi/jtsh/signup/begin}.
 *
 * @param token the invite, as printed when the user was added
 * @param passwordless whether the key alone shall do, without a password
 */
public record SignupBeginRequest(
    String token, @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean passwordless) {
  /** Absent keys become empty values. */
  public SignupBeginRequest {
    token = Absent.text(token);
  }

  /** For a password and a key. */
  public static SignupBeginRequest of(String token) {
    return new SignupBeginRequest(token, false);
  }

  /** Hides the invite. */
  @Override
  public String toString() {
    return "SignupBeginRequest(hidden)";
  }
}

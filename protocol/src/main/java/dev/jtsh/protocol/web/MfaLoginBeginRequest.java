// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Body of {@code POST /webapi/mfa/login/begin}.
 *
 * @param user who logs in; empty if passwordless
 * @param pass password; empty if passwordless
 * @param passwordless ask for a challenge that any resident key may answer
 */
public record MfaLoginBeginRequest(
    String user,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Password pass,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean passwordless) {
  /** Absent keys become empty values. */
  public MfaLoginBeginRequest {
    user = Absent.text(user);
    pass = Absent.password(pass);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

/**
 * Where the person's browser goes to log in.
 *
 * @param redirectUrl the provider's page, with everything it needs in the query
 */
public record SsoConsoleResponse(String redirectUrl) {
  /** Absent keys become empty values. */
  public SsoConsoleResponse {
    redirectUrl = Absent.text(redirectUrl);
  }
}

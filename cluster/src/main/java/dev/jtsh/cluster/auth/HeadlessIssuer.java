// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.protocol.web.SshLoginResponse;
import java.time.Instant;

/** Makes the certificates of an approved headless request. Called once for each request. */
@FunctionalInterface
interface HeadlessIssuer {

  /**
   * What the requester gets.
   *
   * @param response public: certificates for keys the requester holds
   * @param notAfter when the certificates end
   */
  record Issued(SshLoginResponse response, Instant notAfter) {}

  /**
   * Issues.
   *
   * @throws RuntimeException when the user may not log in (any more); the request is denied then
   */
  Issued issue(HeadlessRecord approved);
}

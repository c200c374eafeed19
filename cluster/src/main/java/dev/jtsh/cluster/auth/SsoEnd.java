// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.oidc.OidcException.Reason;
import java.net.URI;

/** Where the browser goes after a provider's answer. */
public sealed interface SsoEnd {
  /** To the program on the person's machine, with certificates or why there are none. */
  record ToProgram(URI address) implements SsoEnd {}

  /** Back to the page, which asks for its session. */
  record ToPage(String requestId) implements SsoEnd {}

  /** Back to the page, with why there is no session. */
  record PageFailed(String requestId, Reason reason) implements SsoEnd {}

  /** Nowhere: nobody here waits for this answer. */
  record Unknown() implements SsoEnd {}
}

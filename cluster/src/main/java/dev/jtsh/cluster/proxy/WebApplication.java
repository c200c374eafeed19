// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import java.util.concurrent.CompletionStage;

/** What answers the requests of the web port: the web API and its pages. */
@FunctionalInterface
public interface WebApplication {
  /**
   * Answers one request. Called on an I/O thread and so must not block: work that blocks goes to a
   * virtual thread. The answer may take minutes (a headless login waits for its approval); when the
   * caller hangs up, {@link WebRequest#closed()} completes and the answer is dropped.
   *
   * <p>A failed stage becomes a 500 without details.
   */
  CompletionStage<WebResponse> handle(WebRequest request);
}

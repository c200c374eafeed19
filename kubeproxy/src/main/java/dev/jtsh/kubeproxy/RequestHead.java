// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * A request as it will be sent on.
 *
 * @param method one that Kubernetes knows
 * @param path path and query, in origin form
 * @param fields what may be passed on; no host, no framing
 * @param hasBody whether a body follows
 * @param contentLength its length, or -1 if the sender did not say
 * @param expectsContinue whether the sender waits for a 100 before the body
 * @param upgrade the protocol to switch to, as the sender wrote it
 */
record RequestHead(
    HttpMethod method,
    String path,
    Fields fields,
    boolean hasBody,
    long contentLength,
    boolean expectsContinue,
    @Nullable String upgrade) {

  /** Whether sending it twice does no more than sending it once. */
  boolean isRepeatable() {
    return !hasBody && upgrade == null && isSafe();
  }

  /** Whether it only reads. */
  boolean isSafe() {
    return method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || method.equals(HttpMethod.OPTIONS);
  }
}

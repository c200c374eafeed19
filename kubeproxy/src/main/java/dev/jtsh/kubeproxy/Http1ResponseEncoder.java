// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Writes answers to the client, with the framing that was decided before. */
final class Http1ResponseEncoder extends HttpResponseEncoder {
  private boolean bodiless;

  /** Whether the next answer has no body whatever its fields say. */
  void bodiless(boolean without) {
    bodiless = without;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return bodiless || response.status().code() < 200;
  }
}

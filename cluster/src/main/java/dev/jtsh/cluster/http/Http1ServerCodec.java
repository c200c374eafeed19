// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import java.util.ArrayDeque;
import java.util.Queue;

/** The server's side of HTTP/1.1: {@link StrictRequestDecoder}, and answers that know HEAD. */
public final class Http1ServerCodec
    extends CombinedChannelDuplexHandler<StrictRequestDecoder, Http1ServerCodec.ResponseEncoder> {
  private static final int HEAD_BYTES_MAX = 64 * 1024;
  private static final int CHUNK_BYTES_MAX = 64 * 1024;

  /** A codec for one connection. */
  public Http1ServerCodec() {
    this(new ArrayDeque<>());
  }

  private Http1ServerCodec(Queue<HttpMethod> methods) {
    super(
        new StrictRequestDecoder(HEAD_BYTES_MAX, CHUNK_BYTES_MAX, methods),
        new ResponseEncoder(methods));
  }

  /** Leaves out the body of an answer to HEAD. */
  static final class ResponseEncoder extends HttpResponseEncoder {
    private final Queue<HttpMethod> methods;

    ResponseEncoder(Queue<HttpMethod> methods) {
      this.methods = methods;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
      if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
        return super.isContentAlwaysEmpty(response);
      }
      return HttpMethod.HEAD.equals(methods.poll()) || super.isContentAlwaysEmpty(response);
    }
  }
}

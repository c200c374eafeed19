// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponseDecoder;

/** The asking side of HTTP/1.1 for a connection that carries one request and ends. */
public final class Http1ClientCodec
    extends CombinedChannelDuplexHandler<Http1ClientCodec.ResponseDecoder, HttpRequestEncoder> {
  private static final int HEAD_BYTES_MAX = 64 * 1024;
  private static final int CHUNK_BYTES_MAX = 64 * 1024;

  private final ResponseDecoder decoder;

  /** A codec for one connection. */
  public Http1ClientCodec() {
    this(new ResponseDecoder());
  }

  private Http1ClientCodec(ResponseDecoder decoder) {
    super(decoder, new HttpRequestEncoder());
    this.decoder = decoder;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise)
      throws Exception {
    if (msg instanceof HttpRequest request) {
      decoder.head = request.method().equals(HttpMethod.HEAD);
    }
    super.write(ctx, msg, promise);
  }

  /** Knows that an answer to HEAD has no body whatever its headers say. */
  static final class ResponseDecoder extends HttpResponseDecoder {
    private boolean head;

    ResponseDecoder() {
      super(
          new HttpDecoderConfig()
              .setMaxInitialLineLength(HEAD_BYTES_MAX)
              .setMaxHeaderSize(HEAD_BYTES_MAX)
              .setMaxChunkSize(CHUNK_BYTES_MAX)
              .setAllowPartialChunks(true));
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
      return (head && !HeaderRules.isInformational(message)) || super.isContentAlwaysEmpty(message);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;

/** How a caller's kind of connection asks for an upgrade, is answered, and ends. */
public enum CallerSide {
  /** HTTP/1.1: one exchange after the other, upgrades by {@code Upgrade} and 101. */
  HTTP1 {
    @Override
    UpgradeProtocol.Wish wish(HttpRequest request) {
      return request.method().equals(HttpMethod.CONNECT)
          ? new UpgradeProtocol.Wish(Optional.empty(), true)
          : UpgradeProtocol.wish(request.headers());
    }

    @Override
    boolean takeOutReader(ChannelPipeline pipeline) {
      pipeline.get(Http1ServerCodec.class).removeInboundHandler();
      pipeline.remove(OneByOne.class);
      return true;
    }

    @Override
    void answerUpgrade(ChannelHandlerContext ctx, UpgradeProtocol protocol, HttpHeaders headers) {
      var answer =
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
      answer.headers().set(headers);
      answer.headers().set(HttpHeaderNames.UPGRADE, protocol.token());
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      ctx.writeAndFlush(answer);
      ctx.pipeline().remove(Http1ServerCodec.class);
    }

    @Override
    void frame(HttpResponse answer, boolean withoutBody, HttpMethod method, boolean last) {
      int code = answer.status().code();
      boolean neverBody = code == 204 || code == 304 || method.equals(HttpMethod.HEAD);
      if (neverBody) {
        HttpUtil.setTransferEncodingChunked(answer, false);
      } else if (withoutBody) {
        HttpUtil.setContentLength(answer, 0);
      } else if (!HttpUtil.isContentLengthSet(answer)) {
        HttpUtil.setTransferEncodingChunked(answer, true);
      }
      if (last) {
        answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      }
    }
  },
  /** A stream of HTTP/2: one exchange, no upgrades. */
  HTTP2 {
    @Override
    UpgradeProtocol.Wish wish(HttpRequest request) {
      return new UpgradeProtocol.Wish(
          Optional.empty(), request.method().equals(HttpMethod.CONNECT));
    }

    @Override
    boolean takeOutReader(ChannelPipeline pipeline) {
      return false;
    }

    @Override
    void answerUpgrade(ChannelHandlerContext ctx, UpgradeProtocol protocol, HttpHeaders headers) {
      throw new IllegalStateException("HTTP/2 streams of users are never upgraded");
    }

    @Override
    void frame(HttpResponse answer, boolean withoutBody, HttpMethod method, boolean last) {
      // HTTP/2 frames its bodies itself.
    }
  },
  /** A stream between proxy and agent: one exchange, upgrades by CONNECT (see TunnelHeaders). */
  TUNNEL {
    @Override
    UpgradeProtocol.Wish wish(HttpRequest request) {
      if (!request.method().equals(HttpMethod.CONNECT)) {
        return new UpgradeProtocol.Wish(Optional.empty(), false);
      }
      String token = request.headers().get(TunnelHeaders.UPGRADE, "");
      Optional<UpgradeProtocol> protocol = UpgradeProtocol.named(token);
      return new UpgradeProtocol.Wish(protocol, protocol.isEmpty());
    }

    @Override
    boolean takeOutReader(ChannelPipeline pipeline) {
      pipeline.get(Http2ServerStreamCodec.class).pipe();
      pipeline.remove(OneByOne.class);
      return true;
    }

    @Override
    void answerUpgrade(ChannelHandlerContext ctx, UpgradeProtocol protocol, HttpHeaders headers) {
      var answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      answer.headers().set(headers);
      answer.headers().set(TunnelHeaders.UPGRADED, protocol.token());
      ctx.writeAndFlush(answer);
    }

    @Override
    void frame(HttpResponse answer, boolean withoutBody, HttpMethod method, boolean last) {
      // HTTP/2 frames its bodies itself.
    }
  };

  abstract UpgradeProtocol.Wish wish(HttpRequest request);

  /** Stops reading HTTP; what was read too early comes out of the pipeline now. */
  abstract boolean takeOutReader(ChannelPipeline pipeline);

  abstract void answerUpgrade(
      ChannelHandlerContext ctx, UpgradeProtocol protocol, HttpHeaders headers);

  /**
   * Gives an answer the framing headers of this connection.
   *
   * @param withoutBody the answer is complete with its head
   * @param last the connection ends after it
   */
  abstract void frame(HttpResponse answer, boolean withoutBody, HttpMethod method, boolean last);

  final DefaultFullHttpResponse answer(OwnAnswer own, HttpMethod method, boolean last) {
    var answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(own.status()),
            io.netty.buffer.Unpooled.wrappedBuffer(own.body()));
    answer.headers().set(HttpHeaderNames.CONTENT_TYPE, own.contentType());
    answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, own.body().length);
    answer.headers().set("X-Content-Type-Options", "nosniff");
    own.warning().ifPresent(value -> answer.headers().set(HttpHeaderNames.WARNING, value));
    if (this == HTTP1 && last) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    if (this != HTTP1 && method.equals(HttpMethod.HEAD)) {
      answer.release();
      return new DefaultFullHttpResponse(
          HttpVersion.HTTP_1_1,
          answer.status(),
          io.netty.buffer.Unpooled.EMPTY_BUFFER,
          answer.headers(),
          answer.trailingHeaders());
    }
    return answer;
  }
}

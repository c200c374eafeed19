// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.Locale;
import java.util.Map;

/**
 * Makes one HTTP/2 stream look like an HTTP/1.1 connection that carries one exchange. Once {@link
 * #pipe()} is called it carries plain bytes both ways instead.
 */
abstract class Http2StreamCodec extends ChannelDuplexHandler {
  private boolean headRead;
  private boolean piped;

  /** The first HEADERS of the stream as an HTTP message; may be informational (a 1xx answer). */
  abstract HttpMessage toMessage(Http2Headers headers, boolean endOfStream);

  /** The pseudo headers of a message that is to be sent. */
  abstract void putPseudoHeaders(HttpMessage message, Http2Headers headers);

  /** From here on DATA frames are plain bytes; the end of the stream is the end of the pipe. */
  public final void pipe() {
    piped = true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    switch (msg) {
      case Http2HeadersFrame frame -> readHeaders(ctx, frame);
      case Http2DataFrame frame -> readData(ctx, frame);
      default -> ReferenceCountUtil.release(msg);
    }
  }

  private void readHeaders(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
    if (headRead) {
      var last = new DefaultLastHttpContent();
      for (Map.Entry<CharSequence, CharSequence> header : frame.headers()) {
        if (header.getKey().charAt(0) != ':') {
          last.trailingHeaders().add(header.getKey(), header.getValue());
        }
      }
      ctx.fireChannelRead(last);
      return;
    }
    HttpMessage message = toMessage(frame.headers(), frame.isEndStream());
    headRead = !HeaderRules.isInformational(message);
    ctx.fireChannelRead(message);
  }

  private void readData(ChannelHandlerContext ctx, Http2DataFrame frame) {
    ByteBuf content = frame.content();
    boolean end = frame.isEndStream();
    if (piped) {
      ctx.fireChannelRead(content);
      if (end) {
        ctx.fireUserEventTriggered(EndOfPipe.INSTANCE);
      }
      return;
    }
    ctx.fireChannelRead(
        end ? new DefaultLastHttpContent(content) : new DefaultHttpContent(content));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Http2ResetFrame reset && reset.errorCode() != Http2Error.NO_ERROR.code()) {
      ctx.close(); // Do not wait for someone to read before the peer's cancellation is passed on.
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    switch (msg) {
      case FullHttpMessage full -> writeFull(ctx, full, promise);
      case HttpMessage head -> ctx.write(headers(head, false), promise);
      case LastHttpContent last -> writeLast(ctx, last, promise);
      case HttpContent part -> ctx.write(new DefaultHttp2DataFrame(part.content(), false), promise);
      case ByteBuf bytes -> ctx.write(new DefaultHttp2DataFrame(bytes, false), promise);
      default -> ctx.write(msg, promise); // Frames of our own: resets.
    }
  }

  private void writeFull(ChannelHandlerContext ctx, FullHttpMessage full, ChannelPromise promise) {
    if (!full.content().isReadable()) {
      full.release();
      ctx.write(headers(full, true), promise);
      return;
    }
    ctx.write(headers(full, false));
    ctx.write(new DefaultHttp2DataFrame(full.content(), true), promise);
  }

  private static void writeLast(
      ChannelHandlerContext ctx, LastHttpContent last, ChannelPromise promise) {
    if (last.trailingHeaders().isEmpty()) {
      ctx.write(new DefaultHttp2DataFrame(last.content(), true), promise);
      return;
    }
    if (last.content().isReadable()) {
      ctx.write(new DefaultHttp2DataFrame(last.content(), false));
    } else {
      last.release();
    }
    Http2Headers trailers = new DefaultHttp2Headers();
    putHeaders(last.trailingHeaders(), trailers);
    ctx.write(new DefaultHttp2HeadersFrame(trailers, true), promise);
  }

  private Http2HeadersFrame headers(HttpMessage message, boolean endOfStream) {
    Http2Headers headers = new DefaultHttp2Headers();
    putPseudoHeaders(message, headers);
    putHeaders(message.headers(), headers);
    return new DefaultHttp2HeadersFrame(headers, endOfStream);
  }

  private static void putHeaders(HttpHeaders from, Http2Headers to) {
    for (var header : from) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!HeaderRules.isConnectionSpecific(name) && !name.equals("host")) {
        to.add(name, header.getValue());
      }
    }
  }

  /** Fired after the last byte of a pipe. */
  enum EndOfPipe {
    INSTANCE
  }
}

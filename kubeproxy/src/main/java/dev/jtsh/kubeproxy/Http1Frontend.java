// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.protocol.kube.KubeStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection from a client: one request after the other. Auto-read is off; it reads
 * while a body is wanted, between requests, and once more after a request to notice a client that
 * goes away.
 */
final class Http1Frontend extends ChannelInboundHandlerAdapter
    implements FrontStream, FrontConnection {
  private static final long LINGER_SECONDS = 2;

  private final ProxyLoop loop;
  private final String kubeCluster;
  private final FrontCertificate certificate;
  private final Channel channel;
  private final FlushTicket flush;
  private final Http1RequestDecoder decoder;
  private final Http1ResponseEncoder encoder = new Http1ResponseEncoder();

  /** Requests that came before their turn: at most what one read has brought. */
  private final ArrayDeque<HttpObject> pipelined = new ArrayDeque<>();

  private @Nullable Exchange exchange;

  /** Whether the rest of the current request is still to come, if only its empty end. */
  private boolean messageOpen;

  private boolean requestEnded = true;
  private boolean responseEnded = true;
  private boolean keepAlive;
  private boolean closing;
  private boolean draining;
  private boolean chunked;
  private boolean bodiless;
  private long idleSinceNanos = System.nanoTime();

  private Http1Frontend(ProxyLoop loop, FrontCertificate certificate, Channel channel) {
    this.loop = loop;
    this.certificate = certificate;
    this.kubeCluster = certificate.kubeCluster();
    this.channel = channel;
    this.flush = new FlushTicket(channel);
    this.decoder = new Http1RequestDecoder(loop.config().maxHeaderBytes());
  }

  /** Puts the protocol onto a channel whose handshake is over. */
  static void install(ProxyLoop loop, FrontCertificate certificate, Channel channel) {
    Http1Frontend frontend = new Http1Frontend(loop, certificate, channel);
    channel.config().setAutoRead(false);
    channel.pipeline().addLast(frontend.decoder, frontend.encoder, frontend);
    loop.opened(frontend);
    channel.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closing || !(message instanceof HttpObject object)) {
      ReferenceCountUtil.release(message);
    } else if (pipelined.isEmpty() && isTurnOf(object)) {
      handle(object);
    } else if (exchange != null && exchange.request().upgrade() != null) {
      ReferenceCountUtil.release(message);
      ctx.close(); // Bytes before the 101 (security rule 5).
    } else {
      pipelined.add(object);
    }
  }

  /** Whether it belongs to the current request, or begins one while there is none. */
  private boolean isTurnOf(HttpObject object) {
    return object instanceof HttpRequest ? exchange == null : messageOpen;
  }

  private void handle(HttpObject object) {
    try {
      if (object instanceof HttpRequest request) {
        messageOpen = !(object instanceof LastHttpContent);
        begin(request);
      } else if (object instanceof HttpContent content) {
        messageOpen &= !(content instanceof LastHttpContent);
        if (!requestEnded) {
          body(content);
        }
      }
    } finally {
      ReferenceCountUtil.release(object);
    }
  }

  private void begin(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      refuse(malformed(request.decoderResult().cause()));
      return;
    }
    RequestHead head;
    try {
      certificate.requireValid(loop.now());
      head = RequestFilter.http1(request, certificate);
    } catch (BadMessageException e) {
      refuse(Failures.badRequest(e));
      return;
    }
    closing = false;
    requestEnded = !head.hasBody();
    responseEnded = false;
    keepAlive = keepAlive(request, head);
    exchange = new Exchange(loop, kubeCluster, head, this);
    exchange.start();
  }

  private static boolean keepAlive(HttpRequest request, RequestHead head) {
    return head.upgrade() == null
        && !request
            .headers()
            .containsValue(
                HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, /* ignoreCase= */ true);
  }

  private static KubeStatus malformed(Throwable cause) {
    if (cause instanceof TooLongHttpHeaderException || cause instanceof TooLongHttpLineException) {
      return Failures.headersTooLarge();
    }
    return cause instanceof BadMessageException bad
        ? Failures.badRequest(bad)
        : Failures.malformed();
  }

  private void body(HttpContent content) {
    Exchange current = exchange;
    if (content.decoderResult().isFailure()) {
      if (current != null) {
        current.frontClosed();
      }
      refuseBody();
      return;
    }
    boolean last = content instanceof LastHttpContent;
    requestEnded = last;
    if (current != null) {
      // Trailers of a request are dropped (security rule 4).
      current.requestData(content.content().retain(), last);
    }
    if (last && responseEnded) {
      next();
    }
  }

  private void refuseBody() {
    if (responseEnded) {
      closing = true;
      channel.close();
    } else {
      refuse(Failures.malformed());
    }
  }

  /** Answers what must not be passed on, and closes. */
  private void refuse(KubeStatus status) {
    closing = true;
    byte[] body = status.toJson();
    HttpHeaders headers = headers();
    headers.add(Names.CONTENT_TYPE, KubeStatus.CONTENT_TYPE);
    headers.add(Names.WARNING, status.warning());
    headers.add(HttpHeaderNames.CONTENT_LENGTH, body.length);
    headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    encoder.bodiless(false);
    channel
        .writeAndFlush(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(status.code()),
                Unpooled.wrappedBuffer(body),
                headers,
                EmptyHttpHeaders.INSTANCE))
        .addListener(ChannelFutureListener.CLOSE);
  }

  private static HttpHeaders headers() {
    return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
  }

  @Override
  public void respond(ResponseHead head, boolean end) {
    HttpHeaders headers = headers();
    Fields fields = head.fields();
    for (int i = 0; i < fields.size(); i++) {
      headers.add(fields.name(i), fields.value(i));
    }
    bodiless = head.bodiless();
    encoder.bodiless(bodiless);
    chunked = !bodiless && !end && head.contentLength() < 0;
    if (chunked) {
      headers.add(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else if (head.contentLength() >= 0 && head.status() != 204) {
      headers.add(HttpHeaderNames.CONTENT_LENGTH, head.contentLength());
    } else if (end && !bodiless) {
      headers.add(HttpHeaderNames.CONTENT_LENGTH, "0");
    }
    if (!requestEnded) {
      keepAlive = false; // What is left of the body cannot be told from a next request.
    }
    if (!keepAlive) {
      headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    HttpResponseStatus status = HttpResponseStatus.valueOf(head.status());
    if (end) {
      channel.write(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              status,
              Unpooled.EMPTY_BUFFER,
              headers,
              EmptyHttpHeaders.INSTANCE));
      ended();
    } else {
      channel.write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, headers));
    }
    loop.flush(flush);
  }

  @Override
  public void sendContinue() {
    // The encoder takes fields out of a 1xx, so it must not get headers that nobody may change.
    channel
        .write(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.CONTINUE,
                Unpooled.EMPTY_BUFFER,
                headers(),
                EmptyHttpHeaders.INSTANCE))
        .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    loop.flush(flush);
  }

  @Override
  public boolean takesRecords() {
    return true;
  }

  @Override
  public void data(ByteBuf data, boolean end) {
    if (bodiless) {
      data.release();
      if (end) {
        channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
      }
    } else if (end) {
      channel.write(new DefaultLastHttpContent(data));
    } else {
      channel.write(new DefaultHttpContent(data));
    }
    loop.flush(flush);
    if (end) {
      ended();
    }
  }

  @Override
  public void trailers(Fields trailers) {
    DefaultLastHttpContent last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
    if (chunked) {
      for (int i = 0; i < trailers.size(); i++) {
        last.trailingHeaders().add(trailers.name(i), trailers.value(i));
      }
    }
    channel.write(last);
    loop.flush(flush);
    ended();
  }

  private void ended() {
    responseEnded = true;
    if (!keepAlive || !requestEnded) {
      closing = true;
      exchange = null;
      // Behind everything written; the flush of this turn sends it all.
      channel
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(requestEnded ? ChannelFutureListener.CLOSE : this::closeBehindTheRest);
    } else {
      next();
    }
  }

  /**
   * Says that the answer is whole, then throws away for a moment what still comes of the request: a
   * socket closed with unread bytes is reset by the system, and the client would lose the answer.
   */
  private void closeBehindTheRest(Future<? super Void> flushed) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (!flushed.isSuccess() || tls == null) {
      channel.close();
      return;
    }
    tls.closeOutbound();
    channel.read();
    channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  /** Both sides of the exchange are over: takes the next request. */
  private void next() {
    exchange = null;
    idleSinceNanos = System.nanoTime();
    if (draining) {
      return; // The loop below goes on.
    }
    draining = true;
    while (!closing && !pipelined.isEmpty() && isTurnOf(pipelined.peek())) {
      handle(pipelined.remove());
    }
    draining = false;
    if (exchange == null && !closing) {
      channel.read();
    }
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void demand() {
    if (!requestEnded) {
      channel.read();
    }
  }

  @Override
  public void abort() {
    closing = true;
    exchange = null;
    channel.close();
  }

  @Override
  public boolean switchTo(ResponseHead head, Http1Upstream upstream) {
    Exchange current = exchange;
    exchange = null;
    if (current == null || !pipelined.isEmpty() || decoder.holdsBytes()) {
      channel.close();
      return false;
    }
    HttpHeaders headers = headers();
    Fields fields = head.fields();
    for (int i = 0; i < fields.size(); i++) {
      headers.add(fields.name(i), fields.value(i));
    }
    String protocol = current.request().upgrade();
    headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    headers.add(HttpHeaderNames.UPGRADE, protocol == null ? "" : protocol);
    channel.writeAndFlush(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.SWITCHING_PROTOCOLS,
            Unpooled.EMPTY_BUFFER,
            headers,
            EmptyHttpHeaders.INSTANCE));
    loop.closed(this);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(new PipeHandler(upstream.channel()));
    pipeline.remove(this);
    pipeline.remove(encoder);
    pipeline.remove(decoder);
    upstream.becomePipeTo(channel);
    channel.read();
    upstream.channel().read();
    return true;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (closing) {
      ctx.read(); // Only to see the end.
    } else if (current == null || (requestEnded ? pipelined.isEmpty() : current.wantsBody())) {
      ctx.read();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (current != null && channel.isWritable()) {
      current.frontWritable();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    loop.closed(this);
    pipelined.forEach(ReferenceCountUtil::release);
    pipelined.clear();
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.frontClosed();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void closeIfIdle(long nowNanos, long idleNanos) {
    if (exchange == null && nowNanos - idleSinceNanos > idleNanos) {
      channel.close();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to the cluster, with one request at a time. It goes back to its pool only
 * after a request and an answer that were both whole (security rule 29).
 */
final class Http1Upstream extends ChannelInboundHandlerAdapter implements UpstreamStream {
  private static final int SWITCHING_PROTOCOLS = 101;

  private final UpstreamPool.Generation pool;
  private final Channel channel;
  private final FlushTicket flush;
  private final String authority;
  private final Http1ResponseDecoder decoder;
  private final boolean pooled;

  private @Nullable Exchange exchange;
  private @Nullable Throwable failure;
  private @Nullable ResponseHead switching;
  private boolean served;
  private boolean requestEnded;
  private boolean finalHead;
  private boolean keepAlive;
  private boolean joined;
  long idleSinceNanos = System.nanoTime();

  private Http1Upstream(
      UpstreamPool.Generation pool, Channel channel, String authority, boolean pooled) {
    this.pool = pool;
    this.channel = channel;
    this.flush = new FlushTicket(channel);
    this.authority = authority;
    this.decoder = new Http1ResponseDecoder(pool.loop().config().maxHeaderBytes());
    this.pooled = pooled;
  }

  /** Puts the protocol onto a channel whose handshake is over. */
  static Http1Upstream install(
      UpstreamPool.Generation pool, Channel channel, String authority, boolean pooled) {
    Http1Upstream connection = new Http1Upstream(pool, channel, authority, pooled);
    channel.config().setAutoRead(false);
    channel.pipeline().addLast(connection.decoder, new HttpRequestEncoder(), connection);
    return connection;
  }

  Channel channel() {
    return channel;
  }

  boolean isPooled() {
    return pooled;
  }

  boolean isUsable() {
    return channel.isActive() && failure == null && exchange == null && !decoder.holdsBytes();
  }

  /** Sends a request's head and tells the exchange. */
  void open(Exchange next) {
    exchange = next;
    RequestHead request = next.request();
    requestEnded = !request.hasBody();
    finalHead = false;
    decoder.answersHead(request.method().equals(HttpMethod.HEAD));
    HttpHeaders headers = headers(request);
    if (requestEnded) {
      channel.write(
          new DefaultFullHttpRequest(
              HttpVersion.HTTP_1_1,
              request.method(),
              request.path(),
              Unpooled.EMPTY_BUFFER,
              headers,
              EmptyHttpHeaders.INSTANCE));
    } else {
      channel.write(
          new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), request.path(), headers));
    }
    pool.loop().flush(flush);
    channel.read();
    next.opened(this);
  }

  private HttpHeaders headers(RequestHead request) {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    headers.add(HttpHeaderNames.HOST, authority);
    Fields fields = request.fields();
    for (int i = 0; i < fields.size(); i++) {
      headers.add(fields.name(i), fields.value(i));
    }
    String upgrade = request.upgrade();
    if (upgrade != null) {
      headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      headers.add(HttpHeaderNames.UPGRADE, upgrade);
    }
    if (request.contentLength() > 0) {
      headers.add(HttpHeaderNames.CONTENT_LENGTH, request.contentLength());
    } else if (request.hasBody()) {
      headers.add(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else if (!request.isSafe()) {
      headers.add(HttpHeaderNames.CONTENT_LENGTH, "0");
    }
    return headers;
  }

  @Override
  public void data(ByteBuf data, boolean end) {
    requestEnded |= end;
    channel.write(end ? new DefaultLastHttpContent(data) : new DefaultHttpContent(data));
    pool.loop().flush(flush);
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void demand() {
    channel.read();
  }

  @Override
  public void cancel() {
    exchange = null;
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      Exchange current = exchange;
      if (current == null || joined) {
        ctx.close(); // Bytes nobody asked for: the connection is out of step.
      } else if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
        throw new BadMessageException("it is malformed");
      } else if (message instanceof HttpResponse response) {
        head(current, response);
      } else if (message instanceof HttpContent content) {
        content(current, content);
      }
    } catch (BadMessageException e) {
      broken(e);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void head(Exchange current, HttpResponse response) {
    int status = response.status().code();
    if (status == SWITCHING_PROTOCOLS) {
      String asked = current.request().upgrade();
      String given = response.headers().get(HttpHeaderNames.UPGRADE);
      if (asked == null || given == null || !asked.equalsIgnoreCase(given)) {
        throw new BadMessageException("it switches to a protocol that was not asked for");
      }
      switching = ResponseFilter.http1(response, current.request().method());
    } else if (status >= 200) {
      finalHead = true;
      keepAlive = HttpUtil.isKeepAlive(response);
      current.responseHead(ResponseFilter.http1(response, current.request().method()), false);
    }
  }

  private void content(Exchange current, HttpContent content) {
    boolean last = content instanceof LastHttpContent;
    if (switching != null) {
      if (last) {
        join(current, switching);
      }
      return;
    }
    if (!finalHead) {
      return; // The end of a 100 or 103.
    }
    if (!last) {
      current.responseData(content.content().retain(), false);
      return;
    }
    HttpHeaders trailers = ((LastHttpContent) content).trailingHeaders();
    // Free before the answer ends: the client's next request may come at once.
    exchange = null;
    if (trailers.isEmpty()) {
      current.responseData(content.content().retain(), true);
    } else {
      if (content.content().isReadable()) {
        current.responseData(content.content().retain(), false);
      }
      current.responseTrailers(ResponseFilter.trailers(trailers.iteratorCharSequence()));
    }
    recycle();
  }

  private void recycle() {
    served = true;
    idleSinceNanos = System.nanoTime();
    // Bytes behind the answer would be read as the next one's: out of step (security rule 29).
    if (pooled && keepAlive && requestEnded && isUsable()) {
      pool.recycle(this);
      if (exchange == null) {
        channel.read(); // To notice when the peer closes it.
      }
    } else {
      channel.close();
    }
  }

  private void join(Exchange current, ResponseHead head) {
    exchange = null;
    joined = true;
    if (!current.switched(head, this)) {
      channel.close();
    }
  }

  /** Leaves the plain bytes of the switched protocol to the peer. */
  void becomePipeTo(Channel peer) {
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(new PipeHandler(peer));
    pipeline.remove(this);
    pipeline.remove(HttpRequestEncoder.class);
    pipeline.remove(decoder); // Hands on what it still holds.
  }

  private void broken(BadMessageException reason) {
    failure = reason;
    Exchange current = exchange;
    exchange = null;
    channel.close();
    if (current != null) {
      current.upstreamFailed(reason, false, false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (current != null && current.wantsResponse()) {
      ctx.read();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (current != null && channel.isWritable()) {
      current.upstreamWritable();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    pool.closed(this);
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      Throwable cause = failure == null ? new ClosedChannelException() : failure;
      pool.reportIfRefused(cause);
      current.upstreamFailed(cause, false, served);
    }
    ctx.fireChannelInactive();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.protocol.kube.KubeStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionPrefaceAndSettingsFrameWrittenEvent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection from a client: many requests at once. What a client may send is given back
 * to its stream's window only when the cluster has taken it; the connection's window is always
 * refilled, so that one stalled stream does not hold up the others.
 */
final class Http2Frontend extends Http2ConnectionHandler implements FrontConnection {
  /** Cancelled requests a client may pile up before it is cut off (rapid reset). */
  private static final int MAX_RESETS = 1000;

  private static final int RESETS_WINDOW_SECONDS = 30;
  private static final float WINDOW_UPDATE_RATIO = 0.5f;
  private static final int CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;

  private final ProxyLoop loop;
  private final FrontCertificate certificate;
  private final Channel channel;
  private final FlushTicket flush;
  private final Http2Connection.PropertyKey key;
  private @Nullable ChannelHandlerContext context;
  private long idleSinceNanos = System.nanoTime();

  private Http2Frontend(
      ProxyLoop loop,
      FrontCertificate certificate,
      Channel channel,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(decoder, encoder, settings);
    this.loop = loop;
    this.certificate = certificate;
    this.channel = channel;
    this.flush = new FlushTicket(channel);
    this.key = connection().newKey();
    connection().addListener(new Closed());
    connection()
        .remote()
        .flowController()
        .listener(stream -> {
          Http2FrontStream open = stream.getProperty(key);
          if (open != null && open.exchange != null) {
            open.exchange.frontWritable();
          }
        });
  }

  /** Puts the protocol onto a channel whose handshake is over. */
  static void install(ProxyLoop loop, FrontCertificate certificate, Channel channel) {
    Http2Frontend frontend = new Builder(loop, certificate, channel).build();
    channel.pipeline().addLast(frontend);
    loop.opened(frontend);
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2Frontend, Builder> {
    private final ProxyLoop loop;
    private final FrontCertificate certificate;
    private final Channel channel;

    Builder(ProxyLoop loop, FrontCertificate certificate, Channel channel) {
      this.loop = loop;
      this.certificate = certificate;
      this.channel = channel;
      Http2Connection connection = new DefaultHttp2Connection(true, 0);
      connection
          .local()
          .flowController(
              new DefaultHttp2LocalFlowController(connection, WINDOW_UPDATE_RATIO, true));
      connection(connection);
      gracefulShutdownTimeoutMillis(0);
      decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESETS_WINDOW_SECONDS);
      KubeProxyConfig config = loop.config();
      initialSettings(
          new Http2Settings()
              .maxConcurrentStreams(config.maxStreams())
              .initialWindowSize(config.streamWindowBytes())
              .maxHeaderListSize(config.maxHeaderBytes()));
    }

    @Override
    protected Http2Frontend build() {
      return super.build();
    }

    @Override
    protected Http2Frontend build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      Http2Frontend frontend =
          new Http2Frontend(loop, certificate, channel, decoder, encoder, settings);
      frameListener(frontend.new Frames());
      return frontend;
    }
  }

  private ChannelHandlerContext ctx() {
    ChannelHandlerContext current = context;
    if (current == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return current;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    super.handlerAdded(ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof Http2ConnectionPrefaceAndSettingsFrameWrittenEvent) {
      Http2Connection connection = connection();
      connection
          .local()
          .flowController()
          .incrementWindowSize(connection.connectionStream(), CONNECTION_WINDOW_BYTES);
      loop.flush(flush);
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
      super.exceptionCaught(ctx, cause);
    } else {
      channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    loop.closed(this);
    super.channelInactive(ctx);
  }

  @Override
  public void closeIfIdle(long nowNanos, long idleNanos) {
    if (connection().numActiveStreams() == 0 && nowNanos - idleSinceNanos > idleNanos) {
      channel.close();
    }
  }

  private final class Closed extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      idleSinceNanos = System.nanoTime();
      Http2FrontStream open = stream.getProperty(key);
      if (open != null && open.exchange != null) {
        open.exchange.frontClosed();
      }
    }
  }

  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end) {
      Http2Stream stream = connection().stream(streamId);
      if (stream == null) {
        return;
      }
      Http2FrontStream open = stream.getProperty(key);
      if (open == null) {
        begin(stream, headers, end);
      } else if (end && open.exchange != null) {
        // Trailers of a request are dropped (security rule 4).
        open.exchange.requestData(Unpooled.EMPTY_BUFFER, true);
      }
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean end) {
      onHeadersRead(ctx, streamId, headers, padding, end);
    }

    private void begin(Http2Stream stream, Http2Headers headers, boolean end) {
      Http2FrontStream open = new Http2FrontStream(stream);
      stream.setProperty(key, open);
      RequestHead head;
      try {
        certificate.requireValid(loop.now());
        head = RequestFilter.http2(headers, end, certificate);
      } catch (BadMessageException e) {
        open.refuse(Failures.badRequest(e));
        return;
      }
      open.exchange = new Exchange(loop, certificate.kubeCluster(), head, open);
      open.exchange.start();
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
      int size = data.readableBytes() + padding;
      Http2Stream stream = connection().stream(streamId);
      Http2FrontStream open = stream == null ? null : stream.getProperty(key);
      Exchange exchange = open == null ? null : open.exchange;
      if (open == null || exchange == null || exchange.isDone()) {
        return size;
      }
      exchange.requestData(data.retain(), end);
      if (exchange.wantsBody() || exchange.isDone()) {
        return size;
      }
      open.unconsumed += size;
      return 0;
    }
  }

  /** One request of the connection. */
  private final class Http2FrontStream implements FrontStream {
    private final Http2Stream stream;
    private @Nullable Exchange exchange;
    private int unconsumed;
    private boolean bodiless;

    Http2FrontStream(Http2Stream stream) {
      this.stream = stream;
    }

    private void refuse(KubeStatus status) {
      byte[] body = status.toJson();
      Fields fields = new Fields();
      fields.add(Names.CONTENT_TYPE, KubeStatus.CONTENT_TYPE);
      fields.add(Names.WARNING, status.warning());
      respond(new ResponseHead(status.code(), fields, body.length, false), false);
      data(loop.buffer(body), true);
    }

    @Override
    public void respond(ResponseHead head, boolean end) {
      Fields fields = head.fields();
      bodiless = head.bodiless();
      Http2Headers headers = new DefaultHttp2Headers(false, fields.size() + 2);
      headers.status(HttpResponseStatus.valueOf(head.status()).codeAsText());
      for (int i = 0; i < fields.size(); i++) {
        headers.add(fields.name(i), fields.value(i));
      }
      if (head.contentLength() >= 0 && head.status() != 204) {
        headers.addLong(Names.CONTENT_LENGTH, head.contentLength());
      }
      writeHeaders(headers, end);
    }

    private void writeHeaders(Http2Headers headers, boolean end) {
      encoder().writeHeaders(ctx(), stream.id(), headers, 0, end, promise(end));
      loop.flush(flush);
    }

    @Override
    public void sendContinue() {
      Http2Headers headers = new DefaultHttp2Headers(false, 1);
      headers.status(HttpResponseStatus.CONTINUE.codeAsText());
      encoder().writeHeaders(ctx(), stream.id(), headers, 0, false, ctx().newPromise());
      loop.flush(flush);
    }

    @Override
    public boolean takesRecords() {
      return false;
    }

    @Override
    public void data(ByteBuf data, boolean end) {
      if (bodiless) {
        data.release();
        if (!end) {
          return;
        }
        encoder().writeData(ctx(), stream.id(), Unpooled.EMPTY_BUFFER, 0, true, promise(true));
      } else {
        encoder().writeData(ctx(), stream.id(), data, 0, end, promise(end));
      }
      loop.flush(flush);
    }

    @Override
    public void trailers(Fields trailers) {
      Http2Headers headers = new DefaultHttp2Headers(false, trailers.size() + 1);
      for (int i = 0; i < trailers.size(); i++) {
        headers.add(trailers.name(i), trailers.value(i));
      }
      writeHeaders(headers, true);
    }

    /** After the end of the answer, a body that still comes is not wanted any more. */
    private ChannelPromise promise(boolean end) {
      ChannelPromise promise = ctx().newPromise();
      if (end && !requestEnded()) {
        promise.addListener(sent -> reset(Http2Error.NO_ERROR));
      }
      return promise;
    }

    private boolean requestEnded() {
      return stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE
          || stream.state() == Http2Stream.State.CLOSED;
    }

    private void reset(Http2Error error) {
      if (stream.state() != Http2Stream.State.CLOSED) {
        resetStream(ctx(), stream.id(), error.code(), ctx().newPromise());
        loop.flush(flush);
      }
    }

    @Override
    public boolean isWritable() {
      return connection().remote().flowController().isWritable(stream);
    }

    @Override
    public void demand() {
      int bytes = unconsumed;
      unconsumed = 0;
      if (bytes == 0 || stream.state() == Http2Stream.State.CLOSED) {
        return;
      }
      try {
        if (connection().local().flowController().consumeBytes(stream, bytes)) {
          loop.flush(flush);
        }
      } catch (Http2Exception e) {
        reset(Http2Error.INTERNAL_ERROR);
      }
    }

    @Override
    public void abort() {
      reset(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public boolean switchTo(ResponseHead head, Http1Upstream upstream) {
      return false; // Requests over HTTP/2 ask for no upgrade.
    }
  }
}

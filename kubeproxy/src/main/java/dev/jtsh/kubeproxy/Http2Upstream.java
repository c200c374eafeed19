// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
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
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to the cluster, shared by many requests. It takes none before the peer's
 * first SETTINGS: by then a certificate the peer refuses has been refused (in TLS 1.3 that is said
 * only after the handshake), and nothing was sent that would have to be sent again.
 */
final class Http2Upstream extends Http2ConnectionHandler {
  private static final float WINDOW_UPDATE_RATIO = 0.5f;
  private static final int CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;

  /** How long a peer that should be there may take for a ping. */
  private static final int SUSPECT_SECONDS = 4;

  private static final AsciiString HTTPS = AsciiString.cached("https");

  private final UpstreamPool.Generation pool;
  private final Channel channel;
  private final FlushTicket flush;
  private final AsciiString authority;
  private final Http2Connection.PropertyKey key;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Throwable failure;

  /** Streams that may hold a piece until the end of what was read. */
  private final ArrayList<Http2UpstreamStream> holding = new ArrayList<>();

  private boolean ready;
  private boolean leaving;
  private long served;
  private long lastReadNanos = System.nanoTime();
  private long idleSinceNanos = System.nanoTime();
  private long pingSentNanos;

  private Http2Upstream(
      UpstreamPool.Generation pool,
      Channel channel,
      String authority,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(decoder, encoder, settings);
    this.pool = pool;
    this.channel = channel;
    this.flush = new FlushTicket(channel);
    this.authority = new AsciiString(authority);
    this.key = connection().newKey();
    // Of most reads a part of a frame stays; joining it with the next by copying copies everything.
    setCumulator(COMPOSITE_CUMULATOR);
    connection().addListener(new Streams());
    connection()
        .remote()
        .flowController()
        .listener(stream -> {
          Http2UpstreamStream open = stream.getProperty(key);
          if (open != null && open.exchange != null) {
            open.exchange.upstreamWritable();
          }
        });
  }

  /** Puts the protocol onto a channel whose handshake is over. */
  static Http2Upstream install(UpstreamPool.Generation pool, Channel channel, String authority) {
    Http2Upstream connection = new Builder(pool, channel, authority).build();
    channel.pipeline().addLast(connection);
    return connection;
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2Upstream, Builder> {
    private final UpstreamPool.Generation pool;
    private final Channel channel;
    private final String authority;

    Builder(UpstreamPool.Generation pool, Channel channel, String authority) {
      this.pool = pool;
      this.channel = channel;
      this.authority = authority;
      Http2Connection connection = new DefaultHttp2Connection(false, 0);
      connection
          .local()
          .flowController(
              new DefaultHttp2LocalFlowController(connection, WINDOW_UPDATE_RATIO, true));
      connection(connection);
      gracefulShutdownTimeoutMillis(0);
      KubeProxyConfig config = pool.loop().config();
      initialSettings(
          new Http2Settings()
              .pushEnabled(false)
              .initialWindowSize(config.streamWindowBytes())
              .maxHeaderListSize(config.maxHeaderBytes()));
    }

    @Override
    protected Http2Upstream build() {
      return super.build();
    }

    @Override
    protected Http2Upstream build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      Http2Upstream upstream =
          new Http2Upstream(pool, channel, authority, decoder, encoder, settings);
      frameListener(upstream.new Frames());
      return upstream;
    }
  }

  /** Gives up on a peer that speaks TLS but not HTTP/2. */
  void limitSilence() {
    pool.loop()
        .eventLoop()
        .schedule(
            () -> {
              if (!ready) {
                failure = new IOException("it sent no settings");
                channel.close();
              }
            },
            pool.loop().config().handshakeTimeout().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  private ChannelHandlerContext ctx() {
    ChannelHandlerContext current = context;
    if (current == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return current;
  }

  /** Whether another request may be sent now. */
  boolean hasRoom() {
    return ready
        && !leaving
        && channel.isActive()
        && !connection().goAwayReceived()
        && connection().local().canOpenStream();
  }

  /** Sends a request's head and tells the exchange. */
  void open(Exchange exchange) {
    RequestHead request = exchange.request();
    int id = connection().local().incrementAndGetNextStreamId();
    if (id < 0) {
      leave(); // All numbers are used up, after a billion requests.
      exchange.upstreamFailed(new IOException("no stream numbers left"), true, false);
      return;
    }
    ChannelPromise promise = ctx().newPromise();
    encoder().writeHeaders(ctx(), id, headers(request), 0, !request.hasBody(), promise);
    Http2Stream stream = connection().stream(id);
    if (stream == null) {
      Throwable cause = promise.cause();
      exchange.upstreamFailed(
          cause == null ? new ClosedChannelException() : cause, true, served > 0);
      return;
    }
    Http2UpstreamStream open = new Http2UpstreamStream(stream, exchange, served > 0);
    stream.setProperty(key, open);
    served++;
    pool.loop().flush(flush);
    exchange.opened(open);
  }

  private Http2Headers headers(RequestHead request) {
    Fields fields = request.fields();
    Http2Headers headers = new DefaultHttp2Headers(false, fields.size() + 5);
    headers
        .method(request.method().asciiName())
        .scheme(HTTPS)
        .authority(authority)
        .path(request.path());
    for (int i = 0; i < fields.size(); i++) {
      headers.add(fields.name(i), fields.value(i));
    }
    if (request.hasBody() && request.contentLength() >= 0) {
      headers.addLong(Names.CONTENT_LENGTH, request.contentLength());
    }
    return headers;
  }

  /** Takes no more requests and closes after the last. */
  void leave() {
    leaving = true;
    if (connection().numActiveStreams() == 0) {
      channel.close();
    }
  }

  /** Looks after the connection: closes it if it is idle or dead, asks if it is quiet. */
  void tend(long nowNanos, long idleNanos) {
    if (connection().numActiveStreams() == 0) {
      if (nowNanos - idleSinceNanos > idleNanos) {
        leave();
      }
    } else if (pingSentNanos != 0 && lastReadNanos - pingSentNanos < 0) {
      failure = new IOException("the proxy has not answered for a while");
      channel.close();
    } else if (nowNanos - lastReadNanos > pool.loop().config().quietAfter().toNanos()) {
      pingSentNanos = nowNanos;
      encoder().writePing(ctx(), false, nowNanos, ctx().newPromise());
      pool.loop().flush(flush);
    } else {
      pingSentNanos = 0;
    }
  }

  /** Asks for a sign of life now, and closes the connection if none comes soon. */
  void suspect() {
    long asked = System.nanoTime();
    encoder().writePing(ctx(), false, asked, ctx().newPromise());
    pool.loop().flush(flush);
    pool.loop()
        .eventLoop()
        .schedule(
            () -> {
              if (lastReadNanos - asked < 0 && channel.isActive()) {
                failure = new IOException("the proxy has not answered after a pause");
                channel.close();
              }
            },
            SUSPECT_SECONDS,
            TimeUnit.SECONDS);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    super.handlerAdded(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    lastReadNanos = System.nanoTime();
    super.channelRead(ctx, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    for (int i = 0; i < holding.size(); i++) {
      holding.get(i).handOn();
    }
    holding.clear();
    super.channelReadComplete(ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof Http2ConnectionPrefaceAndSettingsFrameWrittenEvent) {
      Http2Connection connection = connection();
      connection
          .local()
          .flowController()
          .incrementWindowSize(connection.connectionStream(), CONNECTION_WINDOW_BYTES);
      pool.loop().flush(flush);
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (failure == null) {
      failure = cause;
    }
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
      super.exceptionCaught(ctx, cause);
    } else {
      channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    leaving = true;
    Throwable cause = failure == null ? new ClosedChannelException() : failure;
    pool.reportIfRefused(cause);
    super.channelInactive(ctx);
    pool.closed(this, ready, cause);
  }

  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      idleSinceNanos = System.nanoTime();
      Http2UpstreamStream open = stream.getProperty(key);
      if (open != null) {
        open.closed();
      }
      if (leaving && connection().numActiveStreams() == 0) {
        channel.close();
      } else {
        pool.roomAgain();
      }
    }

    @Override
    public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
      // Streams above the last are closed by the connection, which makes their requests go again.
      leaving = true;
      if (connection().numActiveStreams() == 0) {
        channel.close();
      }
    }
  }

  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
      if (!ready) {
        ready = true;
        pool.ready(Http2Upstream.this);
      }
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end) {
      Http2Stream stream = connection().stream(streamId);
      Http2UpstreamStream open = stream == null ? null : stream.getProperty(key);
      if (open != null) {
        open.headers(headers, end);
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

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
      Http2Stream stream = connection().stream(streamId);
      Http2UpstreamStream open = stream == null ? null : stream.getProperty(key);
      int size = data.readableBytes() + padding;
      return open == null ? size : open.received(data, size, end);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
      Http2Stream stream = connection().stream(streamId);
      Http2UpstreamStream open = stream == null ? null : stream.getProperty(key);
      if (open != null) {
        open.resetCode = errorCode;
      }
    }
  }

  /** One request of the connection. */
  private final class Http2UpstreamStream implements UpstreamStream {
    private final Http2Stream stream;
    private final boolean reused;

    /** Null once the answer is over or nobody wants it. */
    private @Nullable Exchange exchange;

    private final JointBody joint = new JointBody();

    private boolean headSeen;
    private boolean listed;
    private int unconsumed;
    private long resetCode = -1;

    Http2UpstreamStream(Http2Stream stream, Exchange exchange, boolean reused) {
      this.stream = stream;
      this.exchange = exchange;
      this.reused = reused;
    }

    @Override
    public void data(ByteBuf data, boolean end) {
      encoder().writeData(ctx(), stream.id(), data, 0, end, ctx().newPromise());
      pool.loop().flush(flush);
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
          pool.loop().flush(flush);
        }
      } catch (Http2Exception e) {
        reset(Http2Error.INTERNAL_ERROR);
      }
    }

    @Override
    public void cancel() {
      exchange = null;
      joint.drop();
      reset(Http2Error.CANCEL);
    }

    private void reset(Http2Error error) {
      if (stream.state() != Http2Stream.State.CLOSED) {
        resetStream(ctx(), stream.id(), error.code(), ctx().newPromise());
        pool.loop().flush(flush);
      }
    }

    void headers(Http2Headers headers, boolean end) {
      Exchange current = exchange;
      if (current == null) {
        return;
      }
      try {
        if (headSeen) {
          if (end) {
            handOn();
            ended();
            current.responseTrailers(ResponseFilter.trailers(headers.iterator()));
          }
          return;
        }
        int status = status(headers);
        if (status >= 200) {
          headSeen = true;
          if (end) {
            ended();
          }
          current.responseHead(
              ResponseFilter.http2(status, headers, current.request().method()), end);
        } else if (status == 101 || end) {
          throw new BadMessageException("it switches protocols over HTTP/2");
        }
      } catch (BadMessageException e) {
        exchange = null;
        joint.drop();
        reset(Http2Error.PROTOCOL_ERROR);
        current.upstreamFailed(e, false, false);
      }
    }

    private static int status(Http2Headers headers) {
      CharSequence status = headers.status();
      try {
        return status == null ? 0 : Integer.parseInt(status, 0, status.length(), 10);
      } catch (NumberFormatException e) {
        return 0;
      }
    }

    int received(ByteBuf data, int size, boolean end) {
      Exchange current = exchange;
      if (current == null) {
        return size;
      }
      if (end) {
        ended();
      }
      if (current.takesRecords()) {
        joint.add(ctx().alloc(), data, current, end);
      } else {
        current.responseData(data.retain(), end);
      }
      if (!end && joint.holds() && !listed) {
        listed = true;
        holding.add(this);
      }
      if (end || current.isDone() || current.wantsResponse()) {
        return size;
      }
      unconsumed += size;
      return 0;
    }

    /** What was read is over for now: the client gets the piece that is held. */
    void handOn() {
      listed = false;
      Exchange current = exchange;
      if (current == null) {
        joint.drop();
      } else {
        joint.handOn(current);
      }
    }

    /** The answer is over; what the client still sends is not wanted. */
    private void ended() {
      exchange = null;
      if (stream.state() == Http2Stream.State.OPEN
          || stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE) {
        reset(Http2Error.CANCEL);
      }
    }

    void closed() {
      handOn();
      Exchange current = exchange;
      exchange = null;
      if (current == null) {
        return;
      }
      boolean refused = resetCode == Http2Error.REFUSED_STREAM.code();
      boolean beyond =
          connection().goAwayReceived()
              && stream.id() > connection().local().lastStreamKnownByPeer();
      Throwable cause = failure;
      if (cause == null) {
        cause =
            resetCode >= 0
                ? new IOException("it broke the request off with code " + resetCode)
                : new ClosedChannelException();
      }
      current.upstreamFailed(cause, refused || beyond, reused && resetCode < 0);
    }
  }
}

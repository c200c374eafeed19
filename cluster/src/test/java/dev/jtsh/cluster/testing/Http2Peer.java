// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import dev.jtsh.cluster.http.AfterHandshake;
import dev.jtsh.cluster.http.Http2Connections;
import dev.jtsh.cluster.net.Transport;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An HTTP/2 client that sends whatever headers a test wants, checked by nobody. */
public final class Http2Peer implements AutoCloseable {
  private final Transport transport = new Transport("http2-peer", 1);
  private final Channel connection;

  public Http2Peer(
      InetSocketAddress address, String serverName, TlsIdentity identity, TrustAnchors anchors)
      throws Exception {
    var context = TlsContexts.client(identity, anchors, List.of("h2"));
    CompletableFuture<Channel> ready = new CompletableFuture<>();
    transport
        .client(address)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(
                        TlsContexts.clientHandler(
                            context, channel.alloc(), serverName, address.getPort(), serverName))
                    .addLast(
                        new AfterHandshake((open, tls) -> {
                          Http2Connections.dial(open.pipeline(), 64 * 1024);
                          ready.complete(open);
                        }));
              }
            })
        .connect()
        .sync();
    connection = ready.get(10, TimeUnit.SECONDS);
  }

  /** A stream with these names and values in turn. */
  public FakeProxy.Stream open(boolean end, String... headers) throws Exception {
    FakeProxy.Stream stream = new FakeProxy.Stream();
    Channel channel =
        new Http2StreamChannelBootstrap(connection).handler(stream).open().sync().get();
    var frame = new DefaultHttp2Headers(false);
    for (int i = 0; i < headers.length; i += 2) {
      frame.add(headers[i], headers[i + 1]);
    }
    stream.use(channel);
    channel.writeAndFlush(new DefaultHttp2HeadersFrame(frame, end)).sync();
    return stream;
  }

  @Override
  public void close() {
    connection.close().awaitUninterruptibly();
    transport.close();
  }
}

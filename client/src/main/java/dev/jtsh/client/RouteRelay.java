// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Carries gRPC connections to the auth server along a {@link ClusterRoute}: gRPC dials a name in
 * this process, the bytes of its TLS go the way of the route. What is said stays between gRPC and
 * the auth server.
 */
final class RouteRelay implements AutoCloseable {
  private static final Duration CONNECT_TIME_MAX = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(2);

  private final ClusterRoute route;
  private final LocalAddress address = new LocalAddress("jtsh-route-" + UUID.randomUUID());
  private final EventLoopGroup locals = group("jtsh-route-local", LocalIoHandler.newFactory());
  private final EventLoopGroup sockets = group("jtsh-route", NioIoHandler.newFactory());

  private RouteRelay(ClusterRoute route) {
    this.route = route;
  }

  private static EventLoopGroup group(String name, io.netty.channel.IoHandlerFactory factory) {
    return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), factory);
  }

  static RouteRelay start(ClusterRoute route) {
    RouteRelay relay = new RouteRelay(route);
    new ServerBootstrap()
        .group(relay.locals)
        .channel(LocalServerChannel.class)
        .childOption(ChannelOption.AUTO_READ, false)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                relay.carry(channel);
              }
            })
        .bind(relay.address)
        .syncUninterruptibly();
    return relay;
  }

  LocalAddress address() {
    return address;
  }

  EventLoopGroup eventLoops() {
    return locals;
  }

  private void carry(Channel near) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(sockets)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(CONNECT_TIME_MAX.toMillis()))
            .handler(new ChannelInboundHandlerAdapter())
            .connect(InetSocketAddress.createUnresolved(route.host(), route.port()));
    Channel far = connecting.channel();
    near.closeFuture().addListener(closed -> Relayed.closeAfterFlush(far));
    connecting.addListener(connected -> {
      if (!connected.isSuccess()) {
        near.close();
        return;
      }
      route
          .open(far)
          .addListener(opened -> {
            if (opened.isSuccess()) {
              far.config().setAutoRead(false);
              far.pipeline().addLast(new Relayed(near));
              near.pipeline().addLast(new Relayed(far));
              far.read();
              near.read();
            } else {
              near.close();
            }
          });
    });
  }

  @Override
  public void close() {
    long most = CLOSE_TIME_MAX.toMillis();
    var near = locals.shutdownGracefully(0, most, TimeUnit.MILLISECONDS);
    var far = sockets.shutdownGracefully(0, most, TimeUnit.MILLISECONDS);
    near.awaitUninterruptibly(most * 2);
    far.awaitUninterruptibly(most * 2);
  }

  /** Passes what comes to the peer, and asks for more when the peer has taken it. */
  private static final class Relayed extends ChannelInboundHandlerAdapter {
    private final Channel peer;

    Relayed(Channel peer) {
      this.peer = peer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      // TLS writes an empty buffer when flushed with nothing: two ends would echo that for ever.
      if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
        ReferenceCountUtil.release(message);
        ctx.read();
        return;
      }
      peer.writeAndFlush(bytes)
          .addListener(sent -> {
            if (sent.isSuccess()) {
              ctx.channel().read();
            } else {
              ctx.close();
            }
          });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      closeAfterFlush(peer);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }

    static void closeAfterFlush(Channel channel) {
      if (channel.isActive()) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      } else {
        channel.close();
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Event loops and the channels that run on them: epoll where its native library is, else NIO; in
 * one process, Netty's local channels on the same loops.
 */
public final class Transport implements AutoCloseable {
  private static final Duration CONNECT_TIME_MAX = Duration.ofSeconds(10);
  private static final Duration SHUTDOWN_TIME_MAX = Duration.ofSeconds(5);
  private static final int BACKLOG = 1024;
  private static final int KEEPALIVE_IDLE_SECONDS = 60;
  private static final int KEEPALIVE_INTERVAL_SECONDS = 20;
  private static final int KEEPALIVE_PROBES = 3;

  private final EventLoopGroup group;
  private final EventLoopGroup local; // Local channels need loops of their own kind.
  private final boolean epoll = Epoll.isAvailable();

  /**
   * Starts loops.
   *
   * @param name of the threads, for logs and dumps
   * @param threads how many; at least 1
   */
  public Transport(String name, int threads) {
    IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group =
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), factory);
    this.local =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory(name + "-local", true), LocalIoHandler.newFactory());
  }

  /** As many loops as processors, at least 2. */
  public static Transport named(String name) {
    return new Transport(name, Math.max(2, Runtime.getRuntime().availableProcessors()));
  }

  /** A server for this kind of address; its child handler is missing. */
  public ServerBootstrap server(SocketAddress address) {
    if (address instanceof LocalAddress) {
      return new ServerBootstrap().group(local).channelFactory(SilentEmptyReads::server);
    }
    ServerBootstrap bootstrap = new ServerBootstrap().group(group);
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    bootstrap
        .channel(type)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true);
    if (epoll) {
      bootstrap
          .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
          .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
          .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }
    return bootstrap;
  }

  /** A client for this kind of address; its handler is missing. */
  public Bootstrap client(SocketAddress address) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(address instanceof LocalAddress ? local : group)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(CONNECT_TIME_MAX.toMillis()))
            .remoteAddress(address);
    if (address instanceof LocalAddress) {
      return bootstrap.channelFactory(SilentEmptyReads::client);
    }
    Class<? extends Channel> type = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    bootstrap
        .channel(type)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true);
    if (epoll) {
      bootstrap
          .option(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
          .option(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
          .option(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }
    return bootstrap;
  }

  /** Ends all loops and so all channels; waits a few seconds at most. */
  @Override
  public void close() {
    long most = SHUTDOWN_TIME_MAX.toMillis();
    var sockets = group.shutdownGracefully(0, most, TimeUnit.MILLISECONDS);
    var locals = local.shutdownGracefully(0, most, TimeUnit.MILLISECONDS);
    sockets.awaitUninterruptibly(most * 2);
    locals.awaitUninterruptibly(most * 2);
  }
}

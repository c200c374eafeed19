// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** The kind of sockets: epoll where its native library is, else Java's own. */
record Transport(
    IoHandlerFactory ioHandlers,
    Class<? extends ServerChannel> server,
    Class<? extends Channel> client) {
  private static final boolean EPOLL = Epoll.isAvailable();

  /** How long a connection may be silent before the system asks whether the peer lives. */
  private static final int KEEP_ALIVE_SECONDS = 30;

  private static final int KEEP_ALIVE_PROBES = 3;

  /** How long bytes may go unacknowledged: the peer is gone, or its network. */
  private static final int UNACKNOWLEDGED_MILLIS = 45_000;

  /** Two arenas: there are two event loops. */
  private static final int ARENAS = 2;

  private static final int PAGE_BYTES = 8 * 1024;

  /** A chunk is so many doublings of a page: 1 MiB. */
  private static final int CHUNK_DOUBLINGS = 7;

  private static final int SMALL_CACHED = 256;
  private static final int NORMAL_CACHED = 64;

  /**
   * What all connections take their buffers from. Netty's adaptive allocator makes a new direct
   * buffer, and has it zeroed, for many of those that hold a TLS record or a read (in a small heap
   * a sixth of the CPU of a big body went there); this one takes them from chunks.
   */
  private static final ByteBufAllocator BUFFERS =
      new PooledByteBufAllocator(
          /* preferDirect= */ true,
          /* nHeapArena= */ ARENAS,
          /* nDirectArena= */ ARENAS,
          PAGE_BYTES,
          CHUNK_DOUBLINGS,
          SMALL_CACHED,
          NORMAL_CACHED,
          /* useCacheForAllThreads= */ false);

  static Transport best() {
    return EPOLL
        ? new Transport(
            EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class)
        : new Transport(
            NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
  }

  /** The client socket class that fits an event loop, whoever made it. */
  static Class<? extends Channel> clientFor(EventLoop loop) {
    return EPOLL
            && loop instanceof io.netty.channel.IoEventLoop io
            && io.isIoType(EpollIoHandler.class)
        ? EpollSocketChannel.class
        : NioSocketChannel.class;
  }

  static ByteBufAllocator buffers() {
    return BUFFERS;
  }

  /** Has a dead peer noticed: asked after some quiet, and given up when it takes no more bytes. */
  static void watchForDeath(Bootstrap bootstrap, EventLoop loop) {
    bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
    if (clientFor(loop) == EpollSocketChannel.class) {
      bootstrap
          .option(EpollChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_SECONDS)
          .option(EpollChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_SECONDS / 2)
          .option(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES)
          .option(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS);
    }
  }

  EventLoopGroup group(int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory("jtsh-kubeproxy", true), ioHandlers);
  }
}

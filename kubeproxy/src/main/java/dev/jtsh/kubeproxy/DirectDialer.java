// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * Dials the proxy over TCP. The name is looked up off the event loop; its addresses are tried one
 * after the other.
 */
public final class DirectDialer implements UpstreamDialer {
  private final UpstreamTarget target;
  private final UpstreamWay way;
  private final Duration connectTimeout;

  /**
   * Makes one.
   *
   * @param connectTimeout for each address
   */
  public DirectDialer(UpstreamTarget target, Duration connectTimeout) {
    this(target, UpstreamWay.straightTo(target), connectTimeout);
  }

  /** Makes one that goes some way. */
  public DirectDialer(UpstreamTarget target, UpstreamWay way, Duration connectTimeout) {
    this.target = target;
    this.way = way;
    this.connectTimeout = connectTimeout;
  }

  @Override
  public UpstreamTarget target() {
    return target;
  }

  @Override
  public Future<Channel> dial(EventLoop loop) {
    Promise<Channel> promise = loop.newPromise();
    try {
      connect(loop, new InetAddress[] {InetAddress.ofLiteral(way.host())}, 0, promise);
    } catch (IllegalArgumentException name) {
      // A look-up blocks, as long as the system's resolver likes.
      Thread.ofVirtual().name("jtsh-resolve").start(() -> resolve(loop, promise));
    }
    return promise;
  }

  private void resolve(EventLoop loop, Promise<Channel> promise) {
    try {
      InetAddress[] addresses = InetAddress.getAllByName(way.host());
      loop.execute(() -> connect(loop, addresses, 0, promise));
    } catch (UnknownHostException e) {
      promise.tryFailure(e);
    }
  }

  private void connect(
      EventLoop loop, InetAddress[] addresses, int index, Promise<Channel> promise) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(Transport.clientFor(loop))
            .option(ChannelOption.ALLOCATOR, Transport.buffers())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()))
            .handler(new ChannelInboundHandlerAdapter());
    Transport.watchForDeath(bootstrap, loop);
    ChannelFuture attempt = bootstrap.connect(new InetSocketAddress(addresses[index], way.port()));
    attempt.addListener(done -> {
      if (done.isSuccess()) {
        open(attempt.channel(), promise);
      } else if (index + 1 < addresses.length) {
        connect(loop, addresses, index + 1, promise);
      } else {
        promise.tryFailure(done.cause());
      }
    });
  }

  private void open(Channel channel, Promise<Channel> promise) {
    Future<? extends Channel> opened = way.open(channel);
    opened.addListener(done -> {
      if (!done.isSuccess()) {
        promise.tryFailure(done.cause());
      } else if (!promise.trySuccess(channel)) {
        channel.close();
      }
    });
  }
}

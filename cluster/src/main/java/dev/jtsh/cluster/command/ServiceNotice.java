// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that the program serves, or ends ({@code sd_notify(3)}: a datagram to
 * the socket that {@code NOTIFY_SOCKET} names). Without that variable nobody waits to hear it.
 */
final class ServiceNotice {
  private static final Logger logger = LoggerFactory.getLogger(ServiceNotice.class);
  private static final String VARIABLE = "NOTIFY_SOCKET";
  private static final long SECONDS_MAX = 5;

  private final Map<String, String> environment;

  ServiceNotice(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Clients can be served from now on. */
  void ready() {
    tell("READY=1");
  }

  /** It was asked to end, and does. */
  void stopping() {
    tell("STOPPING=1");
  }

  private void tell(String state) {
    String name = environment.getOrDefault(VARIABLE, "");
    if (name.isEmpty()) {
      return;
    }
    if (!Epoll.isAvailable()) {
      logger.warn("the service manager cannot be told {}", state, Epoll.unavailabilityCause());
      return;
    }
    // An abstract address is written with @ and begins with a zero byte.
    var address = new DomainSocketAddress(name.startsWith("@") ? "\0" + name.substring(1) : name);
    var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      ChannelFuture connected =
          new Bootstrap()
              .group(group)
              .channel(EpollDomainDatagramChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(address)
              .await();
      if (!connected.isSuccess()) {
        logger.warn("the service manager cannot be told {}", state, connected.cause());
        return;
      }
      ChannelFuture sent =
          connected
              .channel()
              .writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.US_ASCII));
      if (!sent.await(SECONDS_MAX, TimeUnit.SECONDS) || !sent.isSuccess()) {
        logger.warn("the service manager cannot be told {}", state, sent.cause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      var ignored = group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service manager's end of {@code NOTIFY_SOCKET}, on a path and in the abstract space. */
class ServiceNoticeIT {
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private MultiThreadIoEventLoopGroup group;

  @BeforeEach
  void open() {
    group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  }

  @AfterEach
  void close() {
    group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void managerHearsThatItServesAndThatItEnds(@TempDir Path directory) throws Exception {
    String path = directory.resolve("notify").toString();
    Channel manager = listen(path);
    ServiceNotice notice = new ServiceNotice(Map.of("NOTIFY_SOCKET", path));

    notice.ready();
    assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("READY=1");
    notice.stopping();
    assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("STOPPING=1");
    manager.close().sync();
  }

  @Test
  void abstractAddressIsWrittenWithAnAt() throws Exception {
    String name = "jtsh-" + UUID.randomUUID();
    Channel manager = listen("\0" + name);

    new ServiceNotice(Map.of("NOTIFY_SOCKET", "@" + name)).ready();

    assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("READY=1");
    manager.close().sync();
  }

  @Test
  void managerThatIsGoneStopsNobody(@TempDir Path directory) {
    String path = directory.resolve("nobody").toString();
    new ServiceNotice(Map.of("NOTIFY_SOCKET", path)).ready();
    new ServiceNotice(Map.of()).ready();
    assertThat(heard).isEmpty();
  }

  private Channel listen(String address) throws InterruptedException {
    return new Bootstrap()
        .group(group)
        .channel(EpollDomainDatagramChannel.class)
        .handler(
            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                heard.add(packet.content().toString(StandardCharsets.US_ASCII));
              }
            })
        .bind(new DomainSocketAddress(address))
        .sync()
        .channel();
  }
}

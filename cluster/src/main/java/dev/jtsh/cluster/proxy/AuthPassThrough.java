// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import dev.jtsh.cluster.http.Ending;
import dev.jtsh.cluster.http.RawRelay;
import dev.jtsh.cluster.net.CallerAddresses;
import dev.jtsh.cluster.net.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalAddress;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.UUID;

/**
 * Hands a connection's raw bytes to auth, which ends TLS itself: the proxy never sees what user and
 * auth say to each other. The user's address goes along beside the bytes.
 */
final class AuthPassThrough {
  private final Transport transport;
  private final LocalAddress auth;
  private final CallerAddresses callers;

  AuthPassThrough(Transport transport, LocalAddress auth, CallerAddresses callers) {
    this.transport = transport;
    this.auth = auth;
    this.callers = callers;
  }

  /** Connects to auth; the service is ready when that is done. */
  Future<ClientHelloRouter.Service> open(Channel caller) {
    Promise<ClientHelloRouter.Service> ready = caller.eventLoop().newPromise();
    // Netty's own names for local channels are 32 bits of a hash: two could be equal.
    LocalAddress name = new LocalAddress("jtsh-caller-" + UUID.randomUUID());
    if (caller.remoteAddress() instanceof InetSocketAddress address) {
      callers.put(name, address);
    }
    ChannelFuture connecting =
        transport
            .client(auth)
            .option(ChannelOption.AUTO_READ, false)
            .handler(new ChannelInboundHandlerAdapter())
            .localAddress(name)
            .connect();
    connecting.addListener(connected -> {
      if (!connected.isSuccess()) {
        callers.remove(name);
        ready.setFailure(connected.cause());
        return;
      }
      Channel to = connecting.channel();
      to.closeFuture().addListener(closed -> callers.remove(name));
      caller.closeFuture().addListener(closed -> Ending.afterFlush(to));
      to.pipeline().addLast(new RawRelay(caller));
      ready.setSuccess(pipeline -> {
        pipeline.addLast(new RawRelay(to));
        to.read();
      });
    });
    return ready;
  }
}

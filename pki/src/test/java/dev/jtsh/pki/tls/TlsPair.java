// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client and a server that shake hands in memory, in one thread, without waiting. */
final class TlsPair implements AutoCloseable {
  private static final int MAX_ROUNDS = 50;
  private final SslHandler clientTls;
  private final SslHandler serverTls;
  private final List<Throwable> faults = new ArrayList<>();
  private final EmbeddedChannel client;
  private final EmbeddedChannel server;

  TlsPair(SslHandler clientTls, SslHandler serverTls) {
    this.clientTls = clientTls;
    this.serverTls = serverTls;
    this.server = new EmbeddedChannel(serverTls, new Faults());
    this.client = new EmbeddedChannel(clientTls, new Faults());
    pump();
  }

  private void pump() {
    for (int i = 0; i < MAX_ROUNDS; i++) {
      client.runPendingTasks();
      server.runPendingTasks();
      boolean moved = move(client, server);
      moved |= move(server, client);
      if (!moved) {
        return;
      }
    }
    throw new AssertionError("the two talk for ever");
  }

  private static boolean move(EmbeddedChannel from, EmbeddedChannel to) {
    boolean moved = false;
    for (Object bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
      moved = true;
      if (to.isOpen()) {
        to.writeInbound(bytes);
      } else {
        ReferenceCountUtil.release(bytes);
      }
    }
    return moved;
  }

  /** Whether both sides are done, agree, and a byte of the client arrives at the server. */
  boolean connected() {
    if (!clientTls.handshakeFuture().isSuccess()
        || !serverTls.handshakeFuture().isSuccess()
        || !client.isOpen()
        || !server.isOpen()
        || !faults.isEmpty()) {
      return false;
    }
    client.writeOutbound(Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII));
    pump();
    ByteBuf read = server.readInbound();
    try {
      return read != null && read.toString(StandardCharsets.US_ASCII).equals("x");
    } finally {
      ReferenceCountUtil.release(read);
    }
  }

  /** Whether the server would ever serve this client. */
  boolean serverAccepted() {
    return serverTls.handshakeFuture().isSuccess();
  }

  SslHandler client() {
    return clientTls;
  }

  SslHandler server() {
    return serverTls;
  }

  @Nullable String serverProtocol() {
    return serverTls.applicationProtocol();
  }

  @Override
  public void close() {
    client.finishAndReleaseAll();
    server.finishAndReleaseAll();
  }

  private final class Faults extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      faults.add(cause);
      context.close();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.net.CallerAddresses;
import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.FollowingContext;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.protocol.net.ServiceNames;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Serves the auth API over gRPC with TLS of its own: the proxy passes the bytes through and sees
 * nothing of them. Clients may show a certificate of a user or a host; without one they may only
 * {@code Ping}.
 */
public final class AuthGrpcServer implements AutoCloseable {
  private static final int MESSAGE_BYTES_MAX = 1024 * 1024;
  private static final int METADATA_BYTES_MAX = 16 * 1024;
  private static final int CALLS_PER_CONNECTION_MAX = 100;
  private static final int HANDSHAKE_SECONDS_MAX = 10;
  private static final int KEEPALIVE_SECONDS_MIN = 10;
  private static final int KEEPALIVE_SECONDS = 120;
  private static final int IDLE_MINUTES_MAX = 15;
  private static final int CLOSE_SECONDS_MAX = 5;

  private final Server server;
  private final RenewedIdentity identity;
  private final EventLoopGroup loops;

  private AuthGrpcServer(Server server, RenewedIdentity identity, EventLoopGroup loops) {
    this.server = server;
    this.identity = identity;
    this.loops = loops;
  }

  /** Serves in this process only: the proxy connects a LocalChannel for each caller. */
  public static AuthGrpcServer start(Auth auth, LocalAddress address, CallerAddresses callers)
      throws IOException {
    var loops = new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
    return start(auth, address, LocalServerChannel.class, loops, callers);
  }

  /** Serves on a TCP port; callers are known by their own address. */
  public static AuthGrpcServer start(Auth auth, InetSocketAddress address) throws IOException {
    var loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    return start(auth, address, NioServerSocketChannel.class, loops, new CallerAddresses());
  }

  private static AuthGrpcServer start(
      Auth auth,
      SocketAddress address,
      Class<? extends ServerChannel> channelType,
      EventLoopGroup loops,
      CallerAddresses callers)
      throws IOException {
    RenewedIdentity identity = auth.hosts().auth();
    // Anchors of both kinds: which of them signed is looked at afterwards, per connection.
    var tls =
        new FollowingContext(
            identity,
            own ->
                TlsContexts.server(
                    own,
                    ClientAuthentication.OPTIONAL,
                    auth.userAnchors().plus(auth.hostAnchors()),
                    List.of(ServiceNames.H2)));
    Server server =
        NettyServerBuilder.forAddress(address)
            .channelType(channelType)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .executor(auth.executor())
            .sslContext(tls)
            .addTransportFilter(
                new CallerIdentification(
                    auth.settings().clusterName(), auth.authorities(), callers, auth.clock()))
            .intercept(new CallGuard(auth.clock()))
            .addService(new AuthCalls(auth))
            .addService(new TrustCalls(auth))
            .addService(new AgentCalls(auth))
            .addService(new SessionCalls(auth))
            .addService(new AccountCalls(auth))
            .handshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS)
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .maxInboundMetadataSize(METADATA_BYTES_MAX)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
            .permitKeepAliveTime(KEEPALIVE_SECONDS_MIN, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .maxConnectionIdle(IDLE_MINUTES_MAX, TimeUnit.MINUTES)
            .build()
            .start();
    return new AuthGrpcServer(server, identity, loops);
  }

  /** The TCP port, when it serves on one; -1 otherwise. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    identity.close();
  }
}

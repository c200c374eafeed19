// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.net.CallerAddresses;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.ListResourcesRequest;
import dev.jtsh.protocol.grpc.proto.PingRequest;
import dev.jtsh.protocol.net.ServiceNames;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Auth behind an in-process connection: who calls, and from where. */
@Timeout(60)
class CallerAddressIT {
  private static final LocalAddress AUTH = new LocalAddress("auth-under-test");
  private static final LocalAddress CALLER = new LocalAddress("caller-under-test");

  @TempDir Path directory;
  private final CallerAddresses callers = new CallerAddresses();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private @Nullable AuthFixture opened;
  private @Nullable AuthGrpcServer server;
  private @Nullable ManagedChannel channel;

  @BeforeEach
  void open() throws Exception {
    opened = new AuthFixture(directory);
    server = AuthGrpcServer.start(fixture().auth, AUTH, callers);
  }

  @AfterEach
  void close() {
    if (channel != null) {
      channel.shutdownNow();
    }
    Objects.requireNonNull(server).close();
    fixture().close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private AuthFixture fixture() {
    return Objects.requireNonNull(opened);
  }

  @Test
  void addressThatTheProxyRecordedIsTheCallersAndIsForgottenAfterwards() throws Exception {
    callers.put(CALLER, AuthFixture.LAPTOP);
    AuthServiceBlockingStub stub = connect(null);

    assertThat(stub.ping(PingRequest.getDefaultInstance()).getRemoteAddr())
        .isEqualTo("192.0.2.10:40001");
    Objects.requireNonNull(channel).shutdownNow();
    for (int i = 0; i < 500 && callers.get(CALLER).isPresent(); i++) {
      Thread.sleep(10); // Bounded wait for the server to see the end of the connection.
    }
    assertThat(callers.get(CALLER)).isEmpty();
  }

  @Test
  void callerWithoutACertificateMayOnlyPing() {
    callers.put(CALLER, AuthFixture.LAPTOP);
    AuthServiceBlockingStub stub = connect(null);
    stub.ping(PingRequest.getDefaultInstance());

    Attack01GrantIT.assertDenied(() ->
        stub.listResources(
            ListResourcesRequest.newBuilder().setResourceType("kube_server").build()));
  }

  @Test
  void pinnedCertificateWorksFromItsAddressOnly() {
    fixture().auth.roles().put(Role.named("pinned").withSessionRules(false, true, false));
    var alice = fixture().enroll("alice", "pinned");
    var login = alice.login(Duration.ofHours(1));
    var certificate = Pem.certificate(login.tlsCert().toByteArray());
    assertThat(UserIdentity.of(certificate).pinnedIp()).contains("192.0.2.10");
    callers.put(CALLER, AuthFixture.SERVER);
    AuthServiceBlockingStub stub = connect(TlsIdentity.of(alice.key, certificate));

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> stub.ping(PingRequest.getDefaultInstance()))
        .withMessageContaining("pinned IP doesn't match observed client IP");
  }

  @Test
  void attack08HostCertificateIsNoUserAndUserCertificateIsNoHost() {
    callers.put(CALLER, AuthFixture.LAPTOP);
    TlsIdentity agent = fixture().auth.hosts().kubeAgent(List.of("c1")).get();
    AuthServiceBlockingStub stub = connect(agent);
    stub.ping(PingRequest.getDefaultInstance());

    Attack01GrantIT.assertDenied(() ->
        stub.listResources(
            ListResourcesRequest.newBuilder().setResourceType("kube_server").build()));
    Attack01GrantIT.assertDenied(
        () -> stub.generateUserCerts(HeadlessLoginIT.kubeRequest("alice", "c1")));
    agent.key().close();
  }

  @Test
  void attack08UserCertificateThatNamesAHostRoleIsStillAUsers() {
    // The authority would never issue this: a certificate with the forged role is made by hand.
    var alice = fixture().enroll("alice", "dev");
    HeldKey key = HeldKey.generate(KeyKind.P256);
    var forged =
        fixture()
            .auth
            .authorities()
            .user()
            .issueUser(
                UserIdentity.builder("alice")
                    .roles(List.of("Proxy", "Admin"))
                    .principals(List.of("x"))
                    .routeToCluster(AuthFixture.CLUSTER)
                    .teleportCluster(AuthFixture.CLUSTER)
                    .build(),
                key.publicKey(),
                fixture().clock.instant().minusSeconds(60),
                fixture().clock.instant().plusSeconds(600));
    callers.put(CALLER, AuthFixture.LAPTOP);
    AuthServiceBlockingStub stub = connect(TlsIdentity.of(key, forged));

    assertThat(alice.name).isEqualTo("alice");
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() ->
            stub.listResources(
                ListResourcesRequest.newBuilder().setResourceType("kube_server").build()))
        .withMessageContaining("holds none of the certificate's roles");
    key.close();
  }

  private AuthServiceBlockingStub connect(@Nullable TlsIdentity identity) {
    ManagedChannel made =
        NettyChannelBuilder.forAddress(AUTH)
            .channelType(LocalChannel.class)
            .eventLoopGroup(loops)
            .localSocketPicker(
                new NettyChannelBuilder.LocalSocketPicker() {
                  @Override
                  public LocalAddress createSocketAddress(
                      java.net.SocketAddress remote, io.grpc.Attributes attributes) {
                    return CALLER;
                  }
                })
            .sslContext(
                TlsContexts.client(
                    identity,
                    fixture().auth.hostAnchors(),
                    ServiceNames.authAlpnList(AuthFixture.CLUSTER)))
            .overrideAuthority(ServiceNames.authServerName(AuthFixture.CLUSTER))
            .build();
    channel = made;
    return AuthServiceGrpc.newBlockingStub(made);
  }
}

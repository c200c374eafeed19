// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.LeafRequest;
import dev.jtsh.pki.LeafRequest.Purpose;
import dev.jtsh.pki.UserIdentity;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Two authorities of one cluster, as in the real one, with good and bad leaves. */
final class TlsFixture implements AutoCloseable {
  final Instant start = Instant.now().minus(Duration.ofHours(1));
  final Instant end = Instant.now().plus(Duration.ofHours(1));
  static final List<Purpose> SERVER = List.of(Purpose.SERVER);
  static final List<Purpose> CLIENT = List.of(Purpose.CLIENT);

  final HeldKey hostKey = HeldKey.generate(KeyKind.P256);
  final HeldKey userKey = HeldKey.generate(KeyKind.RSA2048);
  final CertificateAuthority hosts = CertificateAuthority.create("c1", hostKey, start, end);
  final CertificateAuthority users = CertificateAuthority.create("c1", userKey, start, end);
  final HeldKey ec = HeldKey.generate(KeyKind.P256);
  final HeldKey rsa = HeldKey.generate(KeyKind.RSA2048);

  HeldKey key(KeyKind kind) {
    return switch (kind) {
      case P256 -> ec;
      case RSA2048 -> rsa;
    };
  }

  TlsIdentity host(KeyKind kind, String role, String... names) {
    HostIdentity identity =
        new HostIdentity(
            "h1", "c1", List.of(role), List.of(names), List.of("127.0.0.1"), List.of());
    return TlsIdentity.of(key(kind), hosts.issueHost(identity, key(kind).publicKey(), start, end));
  }

  TlsIdentity user(KeyKind kind, String... roles) {
    UserIdentity identity = UserIdentity.builder("alice").roles(List.of(roles)).build();
    return TlsIdentity.of(key(kind), users.issueUser(identity, key(kind).publicKey(), start, end));
  }

  TlsIdentity leaf(
      CertificateAuthority authority, List<Purpose> purposes, Instant start, Instant end) {
    LeafRequest request = new LeafRequest("leaf", List.of("localhost"), List.of(), purposes);
    return TlsIdentity.of(ec, authority.issueLeaf(request, ec.publicKey(), start, end));
  }

  TrustAnchors hostAnchors() {
    return TrustAnchors.of(hosts.certificate());
  }

  TrustAnchors userAnchors() {
    return TrustAnchors.of(users.certificate());
  }

  /** A connection that expects the server to be {@code localhost}. */
  static TlsPair connect(SslContext client, SslContext server) {
    return connect(client, server, "localhost");
  }

  static TlsPair connect(SslContext client, SslContext server, String peerHost) {
    return new TlsPair(
        TlsContexts.clientHandler(client, UnpooledByteBufAllocator.DEFAULT, peerHost, 443, null),
        TlsContexts.serverHandler(server, UnpooledByteBufAllocator.DEFAULT));
  }

  static Stream<TlsEngineKind> engines() {
    return Arrays.stream(TlsEngineKind.values());
  }

  @Override
  public void close() {
    hostKey.close();
    userKey.close();
    ec.close();
    rsa.close();
  }
}

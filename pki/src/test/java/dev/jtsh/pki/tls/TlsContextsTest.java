// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import static dev.jtsh.pki.tls.TlsFixture.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.LeafRequest;
import dev.jtsh.pki.PkiException;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TlsContextsTest {
  private static final TlsFixture PKI = new TlsFixture();
  private static final List<String> H2 = List.of("h2");

  @AfterAll
  static void close() {
    PKI.close();
  }

  private static Stream<Arguments> pairs() {
    return TlsFixture.engines()
        .flatMap(client -> TlsFixture.engines().map(server -> Arguments.of(client, server)));
  }

  private static Stream<Arguments> pairsAndKeys() {
    return pairs()
        .flatMap(pair ->
            Stream.of(KeyKind.values())
                .map(kind -> Arguments.of(pair.get()[0], pair.get()[1], kind)));
  }

  private static SslContext client(TlsEngineKind kind, @Nullable TlsIdentity identity) {
    return TlsContexts.client(kind, identity, PKI.hostAnchors(), List.of());
  }

  private static SslContext server(TlsEngineKind kind, TlsIdentity identity) {
    return TlsContexts.server(
        kind, identity, ClientAuthentication.NONE, TrustAnchors.NONE, List.of());
  }

  private static SslContext server(TlsEngineKind kind, ClientAuthentication authentication) {
    return TlsContexts.server(
        kind,
        PKI.host(KeyKind.P256, "Proxy", "localhost"),
        authentication,
        PKI.userAnchors(),
        List.of());
  }

  /** As a session has it; its key is the fixture's and stays open. */
  private static TlsIdentity inArena(TlsIdentity identity) {
    return TlsIdentity.held(identity.key(), identity.chain());
  }

  @Test
  void boringSslIsUsedHere() {
    assertThat(TlsContexts.engineKind()).isEqualTo(TlsEngineKind.BORINGSSL);
  }

  @ParameterizedTest
  @MethodSource("pairsAndKeys")
  void bothSidesProveWhoTheyAreWithKeysThatCannotBeRead(
      TlsEngineKind clientKind, TlsEngineKind serverKind, KeyKind keyKind) {
    TlsIdentity host = PKI.host(keyKind, "Proxy", "localhost");
    TlsIdentity alice = inArena(PKI.user(keyKind, "access"));
    SslContext client = TlsContexts.client(clientKind, alice, PKI.hostAnchors(), H2);
    SslContext server =
        TlsContexts.server(serverKind, host, ClientAuthentication.REQUIRED, PKI.userAnchors(), H2);

    try (TlsPair pair = connect(client, server)) {
      assertThat(pair.connected()).isTrue();
      assertThat(TlsContexts.peerLeaf(pair.server().engine())).hasValue(alice.leaf());
      assertThat(TlsContexts.peerLeaf(pair.client().engine())).hasValue(host.leaf());
      assertThat(pair.server().engine().getSession().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(pair.serverProtocol()).isEqualTo("h2");
      assertThat(pair.client().applicationProtocol()).isEqualTo("h2");
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void orderOfTheServersProtocolsWins(TlsEngineKind clientKind, TlsEngineKind serverKind) {
    SslContext server =
        TlsContexts.server(
            serverKind,
            PKI.host(KeyKind.P256, "Proxy", "localhost"),
            ClientAuthentication.NONE,
            TrustAnchors.NONE,
            List.of("h2", "http/1.1"));
    SslContext http =
        TlsContexts.client(clientKind, null, PKI.hostAnchors(), List.of("http/1.1", "h2"));
    SslContext auth =
        TlsContexts.client(
            clientKind,
            null,
            PKI.hostAnchors(),
            List.of("teleport-auth@6331.teleport.cluster.local", "h2"));

    try (TlsPair first = connect(http, server);
        TlsPair second = connect(auth, server);
        TlsPair third = connect(client(clientKind, null), server)) {
      assertThat(first.serverProtocol()).isEqualTo("h2");
      assertThat(second.serverProtocol()).isEqualTo("h2");
      assertThat(third.connected()).isTrue();
      assertThat(third.serverProtocol()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(TlsEngineKind.class)
  void serverOfAnotherNameIsRefused(TlsEngineKind kind) {
    TlsIdentity host = PKI.host(KeyKind.P256, "Proxy", "*.teleport.cluster.local", "*.localhost");
    SslContext client = client(kind, null);
    SslContext server = server(kind, host);

    for (String good :
        List.of("a.teleport.cluster.local", "A.Teleport.Cluster.Local", "b.localhost")) {
      try (TlsPair pair = connect(client, server, good)) {
        assertThat(pair.connected()).as(good).isTrue();
      }
    }
    for (String bad :
        List.of("localhost", "teleport.cluster.local", "a.b.teleport.cluster.local", "h1.c1")) {
      try (TlsPair pair = connect(client, server, bad)) {
        assertThat(pair.connected()).as(bad).isFalse();
      }
    }
    try (TlsPair pair = connect(client, server, "127.0.0.1")) {
      assertThat(pair.connected()).isTrue();
    }
    try (TlsPair pair = connect(client, server, "127.0.0.2")) {
      assertThat(pair.connected()).isFalse();
    }
  }

  /** Java's own check is content when either of the two names fits. */
  @ParameterizedTest
  @EnumSource(TlsEngineKind.class)
  void rightNameInSniDoesNotExcuseTheWrongPeer(TlsEngineKind kind) {
    SslContext client = client(kind, null);
    SslContext server = server(kind, PKI.host(KeyKind.P256, "Proxy", "sni.example"));
    try (TlsPair pair =
        new TlsPair(
            TlsContexts.clientHandler(
                client, UnpooledByteBufAllocator.DEFAULT, "peer.example", 443, "sni.example"),
            TlsContexts.serverHandler(server, UnpooledByteBufAllocator.DEFAULT))) {
      assertThat(pair.connected()).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void sniMayDifferFromTheVerifiedName(TlsEngineKind clientKind, TlsEngineKind serverKind) {
    SslContext client = client(clientKind, null);
    SslContext server = server(serverKind, PKI.host(KeyKind.P256, "Proxy", "peer.example"));
    try (TlsPair pair =
        new TlsPair(
            TlsContexts.clientHandler(
                client, UnpooledByteBufAllocator.DEFAULT, "peer.example", 443, "sni.example"),
            TlsContexts.serverHandler(server, UnpooledByteBufAllocator.DEFAULT))) {
      assertThat(pair.connected()).isTrue();
      assertThat(
              ((ExtendedSSLSession) pair.server().engine().getSession()).getRequestedServerNames())
          .containsExactly(new SNIHostName("sni.example"));
    }
  }

  @ParameterizedTest
  @EnumSource(TlsEngineKind.class)
  void clientWithoutAnExpectedNameRefusesEveryServer(TlsEngineKind kind) {
    SslContext client = client(kind, null);
    SslContext server = server(kind, PKI.host(KeyKind.P256, "Proxy", "localhost"));
    try (TlsPair pair =
        new TlsPair(
            client.newHandler(UnpooledByteBufAllocator.DEFAULT),
            TlsContexts.serverHandler(server, UnpooledByteBufAllocator.DEFAULT))) {
      assertThat(pair.connected()).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void badServersAreRefused(TlsEngineKind clientKind, TlsEngineKind serverKind) {
    Instant past = Instant.now().minusSeconds(60);
    Instant future = Instant.now().plusSeconds(60);
    assertServerRefused(
        clientKind,
        serverKind,
        PKI.leaf(PKI.hosts, TlsFixture.SERVER, PKI.start, past),
        PKI.leaf(PKI.hosts, TlsFixture.SERVER, future, PKI.end),
        PKI.leaf(PKI.hosts, TlsFixture.CLIENT, PKI.start, PKI.end),
        PKI.leaf(PKI.users, TlsFixture.SERVER, PKI.start, PKI.end),
        TlsIdentity.of(PKI.hostKey, PKI.hosts.certificate()));
    TlsIdentity good = PKI.leaf(PKI.hosts, TlsFixture.SERVER, PKI.start, PKI.end);
    try (TlsPair pair = connect(client(clientKind, null), server(serverKind, good))) {
      assertThat(pair.connected()).isTrue();
    }
  }

  private static void assertServerRefused(
      TlsEngineKind clientKind, TlsEngineKind serverKind, TlsIdentity... identities) {
    for (TlsIdentity identity : identities) {
      try (TlsPair pair = connect(client(clientKind, null), server(serverKind, identity))) {
        assertThat(pair.connected()).isFalse();
        assertThat(pair.client().handshakeFuture().isSuccess()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void clientWithoutCertificateIsNobodyWhereItIsOptional(
      TlsEngineKind clientKind, TlsEngineKind serverKind) {
    try (TlsPair pair =
        connect(client(clientKind, null), server(serverKind, ClientAuthentication.OPTIONAL))) {
      assertThat(pair.connected()).isTrue();
      assertThat(TlsContexts.peerLeaf(pair.server().engine())).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void clientWithoutCertificateIsRefusedWhereItIsRequired(
      TlsEngineKind clientKind, TlsEngineKind serverKind) {
    try (TlsPair pair =
        connect(client(clientKind, null), server(serverKind, ClientAuthentication.REQUIRED))) {
      assertThat(pair.connected()).isFalse();
      assertThat(pair.serverAccepted()).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void serverThatDoesNotAskLearnsNothing(TlsEngineKind clientKind, TlsEngineKind serverKind) {
    try (TlsPair pair =
        connect(
            client(clientKind, PKI.user(KeyKind.P256, "access")),
            server(serverKind, ClientAuthentication.NONE))) {
      assertThat(pair.connected()).isTrue();
      assertThat(TlsContexts.peerLeaf(pair.server().engine())).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void badClientsAreRefusedOrNobody(TlsEngineKind clientKind, TlsEngineKind serverKind) {
    Instant past = Instant.now().minusSeconds(60);
    List<TlsIdentity> bad =
        List.of(
            PKI.leaf(PKI.hosts, TlsFixture.CLIENT, PKI.start, PKI.end),
            PKI.leaf(PKI.users, TlsFixture.CLIENT, PKI.start, past),
            PKI.leaf(PKI.users, TlsFixture.SERVER, PKI.start, PKI.end),
            TlsIdentity.of(PKI.userKey, PKI.users.certificate()));
    for (TlsIdentity identity : bad) {
      try (TlsPair required =
              connect(
                  client(clientKind, identity), server(serverKind, ClientAuthentication.REQUIRED));
          TlsPair optional =
              connect(
                  client(clientKind, identity),
                  server(serverKind, ClientAuthentication.OPTIONAL))) {
        assertThat(required.connected()).isFalse();
        assertThat(required.serverAccepted()).isFalse();
        // BoringSSL's client keeps a certificate back that the server would not know.
        if (optional.connected()) {
          assertThat(clientKind).isEqualTo(TlsEngineKind.BORINGSSL);
          assertThat(identity).isEqualTo(bad.getFirst());
        }
        assertThat(TlsContexts.peerLeaf(optional.server().engine())).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void clientThatSendsItsAuthorityAlongIsKnownByItsLeaf(
      TlsEngineKind clientKind, TlsEngineKind serverKind) {
    TlsIdentity alice = PKI.user(KeyKind.P256, "access");
    TlsIdentity withAuthority =
        new TlsIdentity(alice.key(), List.of(alice.leaf(), PKI.users.certificate()));
    try (TlsPair pair =
        connect(
            client(clientKind, withAuthority), server(serverKind, ClientAuthentication.OPTIONAL))) {
      assertThat(TlsContexts.peerLeaf(pair.server().engine())).hasValue(alice.leaf());
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void leafOfAnotherAuthorityIsNotMadeGoodByWhatComesAlong(
      TlsEngineKind clientKind, TlsEngineKind serverKind) {
    // Both authorities have the same name.
    TlsIdentity foreign = PKI.leaf(PKI.hosts, TlsFixture.CLIENT, PKI.start, PKI.end);
    for (CertificateAuthority along : List.of(PKI.users, PKI.hosts)) {
      TlsIdentity both =
          new TlsIdentity(foreign.key(), List.of(foreign.leaf(), along.certificate()));
      try (TlsPair pair =
          connect(client(clientKind, both), server(serverKind, ClientAuthentication.REQUIRED))) {
        assertThat(pair.serverAccepted()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void clientThatSendsAnotherLeafAlongIsNobody(TlsEngineKind clientKind, TlsEngineKind serverKind) {
    TlsIdentity alice = PKI.user(KeyKind.P256, "access");
    TlsIdentity bob = PKI.user(KeyKind.P256, "access");
    TlsIdentity both = new TlsIdentity(alice.key(), List.of(alice.leaf(), bob.leaf()));
    try (TlsPair pair =
        connect(client(clientKind, both), server(serverKind, ClientAuthentication.OPTIONAL))) {
      assertThat(TlsContexts.peerLeaf(pair.server().engine())).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(TlsEngineKind.class)
  void emptyAnchorsBelieveNobody(TlsEngineKind kind) {
    SslContext client = TlsContexts.client(kind, null, TrustAnchors.NONE, List.of());
    try (TlsPair pair =
        connect(client, server(kind, PKI.host(KeyKind.P256, "Proxy", "localhost")))) {
      assertThat(pair.connected()).isFalse();
    }
    SslContext server =
        TlsContexts.server(
            kind,
            PKI.host(KeyKind.P256, "Proxy", "localhost"),
            ClientAuthentication.OPTIONAL,
            TrustAnchors.NONE,
            List.of());
    try (TlsPair pair = connect(client(kind, PKI.user(KeyKind.P256, "access")), server)) {
      assertThat(pair.connected()).isFalse();
    }
  }

  @Test
  void identityOfAnotherKeyIsNotMade() {
    TlsIdentity alice = PKI.user(KeyKind.P256, "access");
    assertThatThrownBy(() -> TlsIdentity.of(PKI.rsa, alice.leaf()))
        .isInstanceOf(PkiException.class);
    assertThatThrownBy(() -> new TlsIdentity(PKI.ec, List.of())).isInstanceOf(PkiException.class);
  }

  @Test
  void leafOnlyAnchorsVerifyWithoutAHandshake() {
    TlsIdentity alice = PKI.user(KeyKind.P256, "access");
    Instant now = Instant.now();
    PKI.userAnchors().verifyLeaf(alice.leaf(), now);
    assertThatThrownBy(() -> PKI.hostAnchors().verifyLeaf(alice.leaf(), now))
        .isInstanceOf(PkiException.class)
        .hasMessageContaining("not signed");
    assertThatThrownBy(() -> PKI.userAnchors().verifyLeaf(alice.leaf(), PKI.end.plusSeconds(1)))
        .hasMessageContaining("expired");
    assertThatThrownBy(() -> PKI.userAnchors().verifyLeaf(alice.leaf(), PKI.start.minusSeconds(2)))
        .hasMessageContaining("not valid yet");
    assertThatThrownBy(() -> PKI.userAnchors().verifyLeaf(PKI.users.certificate(), now))
        .hasMessageContaining("leaf");
  }

  @Test
  void namesMatchAsTheRuleSays() {
    var leaf =
        PKI.hosts.issueLeaf(
            new LeafRequest(
                "cn.example",
                List.of("a.example", "*.b.example", "*", "x*.c.example", "d.*.example"),
                List.of("::1"),
                TlsFixture.SERVER),
            PKI.ec.publicKey(),
            PKI.start,
            PKI.end);
    assertThat(PeerName.matches(leaf, "a.example")).isTrue();
    assertThat(PeerName.matches(leaf, "A.EXAMPLE.")).isTrue();
    assertThat(PeerName.matches(leaf, "q.b.example")).isTrue();
    assertThat(PeerName.matches(leaf, "::1")).isTrue();
    assertThat(PeerName.matches(leaf, "0:0:0:0:0:0:0:1")).isTrue();
    for (String name :
        List.of(
            "cn.example",
            "b.example",
            "r.q.b.example",
            ".b.example",
            "single",
            "xy.c.example",
            "d.e.example",
            "::2",
            "")) {
      assertThat(PeerName.matches(leaf, name)).as(name).isFalse();
    }
  }
}

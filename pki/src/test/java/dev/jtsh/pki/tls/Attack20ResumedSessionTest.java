// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.KeyKind;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Security rule 20: a session or ticket of one service is taken to another, or used again. The
 * client here is one that resumes whenever it can; it looks at the server's certificate in a full
 * handshake only, so the looks are counted.
 */
class Attack20ResumedSessionTest {
  private static final TlsFixture PKI = new TlsFixture();
  private CountingTrust trust = new CountingTrust();
  private SSLContext client = trust.context();

  @BeforeEach
  void freshClient() {
    trust = new CountingTrust();
    client = trust.context();
  }

  @AfterAll
  static void close() {
    PKI.close();
  }

  /** Java's own server cannot do TLS 1.2 without sessions, so ours does TLS 1.3 only there. */
  private static Stream<Arguments> services() {
    return Stream.of(
        Arguments.of(TlsEngineKind.BORINGSSL, "TLSv1.3"),
        Arguments.of(TlsEngineKind.BORINGSSL, "TLSv1.2"),
        Arguments.of(TlsEngineKind.JDK, "TLSv1.3"));
  }

  private static SslContext service(TlsEngineKind kind, ClientAuthentication authentication) {
    return TlsContexts.server(
        kind,
        PKI.host(KeyKind.P256, "Proxy", "localhost"),
        authentication,
        PKI.userAnchors(),
        List.of());
  }

  private boolean connects(SslContext server, String protocol) {
    SSLEngine engine = client.createSSLEngine("localhost", 443);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {protocol});
    try (TlsPair pair =
        new TlsPair(new SslHandler(engine), server.newHandler(UnpooledByteBufAllocator.DEFAULT))) {
      boolean connected = pair.connected();
      assertThat(connected ? engine.getSession().getProtocol() : protocol).isEqualTo(protocol);
      return connected;
    }
  }

  private static SslContext serverThatResumes() throws Exception {
    return SslContextBuilder.forServer(
            (javax.net.ssl.KeyManager)
                new SingleKeyManager(PKI.host(KeyKind.P256, "Proxy", "localhost")))
        .sslProvider(io.netty.handler.ssl.SslProvider.JDK)
        .build();
  }

  /**
   * The attack works where nothing is done against it: else the other tests would prove nothing.
   */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void attackWorksAgainstAServerThatResumes(String protocol) throws Exception {
    SslContext careless = serverThatResumes();
    assertThat(connects(careless, protocol)).isTrue();
    assertThat(connects(careless, protocol)).isTrue();
    assertThat(trust.looks).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("services")
  void sameServiceAsksForEverythingAgain(TlsEngineKind kind, String protocol) {
    SslContext service = service(kind, ClientAuthentication.NONE);
    assertThat(connects(service, protocol)).isTrue();
    assertThat(connects(service, protocol)).isTrue();
    assertThat(trust.looks).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("services")
  void ticketOfAnotherServiceIsWorthNothing(TlsEngineKind kind, String protocol) throws Exception {
    assertThat(connects(serverThatResumes(), protocol)).isTrue();
    assertThat(connects(service(kind, ClientAuthentication.OPTIONAL), protocol)).isTrue();
    assertThat(trust.looks).isEqualTo(2);
    assertThat(connects(service(kind, ClientAuthentication.REQUIRED), protocol)).isFalse();
  }

  @Test
  void ourClientsKeepNoSessionEither() throws Exception {
    SslContext careless = serverThatResumes();
    SslContext ours =
        TlsContexts.client(TlsEngineKind.BORINGSSL, null, PKI.hostAnchors(), List.of());
    for (int i = 0; i < 2; i++) {
      try (TlsPair pair = TlsFixture.connect(ours, careless)) {
        assertThat(pair.connected()).isTrue();
      }
    }
    assertThat(Collections.list(ours.sessionContext().getIds())).isEmpty();
  }

  /** Believes the fixture's hosts and counts how often it was asked. */
  private static final class CountingTrust extends X509ExtendedTrustManager {
    private int looks;

    SSLContext context() {
      try {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {this}, null);
        return context;
      } catch (java.security.GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }

    private void look(X509Certificate[] chain) {
      looks++;
      PKI.hostAnchors().verifyLeaf(chain[0], java.time.Instant.now());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
      look(chain);
    }

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String authType, java.net.Socket socket) {
      look(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      look(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("a client only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, java.net.Socket socket)
        throws CertificateException {
      throw new CertificateException("a client only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("a client only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

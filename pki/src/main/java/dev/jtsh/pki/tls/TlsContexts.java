// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Makes TLS contexts for Netty and gRPC: TLS 1.3 and 1.2, peers always verified, no session ever
 * resumed, no early data. Make one context for each service (security rule 20).
 */
public final class TlsContexts {
  /** Longest time for a handshake; set on the handlers made here. */
  public static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(15);

  /** A client's leaf and the authorities it may send along. */
  private static final int CLIENT_CHAIN_MAX = 4;

  /** Longer than RFC 8446 §4.6.1 allows a ticket to live: Java then issues none. */
  private static final int NO_TICKETS_TIMEOUT_SECONDS = 8 * 24 * 60 * 60;

  private static final String TLS_1_3 = "TLSv1.3";
  private static final String TLS_1_2 = "TLSv1.2";

  /** Forward secrecy and authenticated encryption only, so HTTP/2 may use each. */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private TlsContexts() {}

  /** The implementation that the contexts made without naming one use here. */
  public static TlsEngineKind engineKind() {
    return OpenSsl.isAvailable() ? TlsEngineKind.BORINGSSL : TlsEngineKind.JDK;
  }

  /**
   * A client's context. Its engines need the expected server name as peer host: take {@link
   * #clientHandler}, or gRPC's channel, which passes its authority.
   *
   * @param identity what to present, if the server asks
   * @param anchors whom to believe
   * @param alpn protocols to offer, most wanted first; none if empty
   */
  public static SslContext client(
      @Nullable TlsIdentity identity, TrustAnchors anchors, List<String> alpn) {
    return client(engineKind(), identity, anchors, alpn);
  }

  /** As {@link #client(TlsIdentity, TrustAnchors, List)}, with a chosen implementation. */
  public static SslContext client(
      TlsEngineKind kind, @Nullable TlsIdentity identity, TrustAnchors anchors, List<String> alpn) {
    try {
      SslContextBuilder builder = SslContextBuilder.forClient();
      if (identity != null && kind == TlsEngineKind.JDK) {
        builder.keyManager(new SingleKeyManager(identity));
      } else if (identity != null) {
        builder.keyManager(keyless(identity));
        builder.option(OpenSslContextOption.PRIVATE_KEY_METHOD, new HeldKeyMethod(identity.key()));
      }
      builder.endpointIdentificationAlgorithm("HTTPS").protocols(TLS_1_3, TLS_1_2);
      return build(builder, kind, anchors, alpn);
    } catch (SSLException e) {
      throw new IllegalStateException("cannot make a TLS client context", e);
    }
  }

  /**
   * A server's context.
   *
   * @param identity what to present
   * @param authentication whether clients are asked for a certificate
   * @param clientAnchors which clients to believe; their names are sent to the clients
   * @param alpn protocols to accept, most wanted first: the server's order wins
   */
  public static SslContext server(
      TlsIdentity identity,
      ClientAuthentication authentication,
      TrustAnchors clientAnchors,
      List<String> alpn) {
    return server(engineKind(), identity, authentication, clientAnchors, alpn);
  }

  /** As the other {@code server}, with a chosen implementation. */
  public static SslContext server(
      TlsEngineKind kind,
      TlsIdentity identity,
      ClientAuthentication authentication,
      TrustAnchors clientAnchors,
      List<String> alpn) {
    try {
      SslContextBuilder builder =
          kind == TlsEngineKind.JDK
              ? SslContextBuilder.forServer((KeyManager) new SingleKeyManager(identity))
              : SslContextBuilder.forServer(keyless(identity))
                  .option(
                      OpenSslContextOption.PRIVATE_KEY_METHOD, new HeldKeyMethod(identity.key()));
      builder.clientAuth(
          switch (authentication) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.OPTIONAL;
            case REQUIRED -> ClientAuth.REQUIRE;
          });
      // Java's own server cannot do TLS 1.2 without sessions that can be resumed.
      builder.protocols(kind == TlsEngineKind.JDK ? List.of(TLS_1_3) : List.of(TLS_1_3, TLS_1_2));
      SslContext context = build(builder, kind, clientAnchors, alpn);
      if (kind == TlsEngineKind.JDK) {
        context.sessionContext().setSessionTimeout(NO_TICKETS_TIMEOUT_SECONDS);
      }
      return context;
    } catch (SSLException e) {
      throw new IllegalStateException("cannot make a TLS server context", e);
    }
  }

  /**
   * A handler for a connection to a server.
   *
   * @param peerHost name or address the server's certificate must have, whatever was dialled
   * @param sniName name to send in SNI; null for the peer host, if that is a name
   */
  public static SslHandler clientHandler(
      SslContext context,
      ByteBufAllocator allocator,
      String peerHost,
      int port,
      @Nullable String sniName) {
    SslHandler handler = context.newHandler(allocator, peerHost, port);
    handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (sniName != null) {
      parameters.setServerNames(List.of(new SNIHostName(sniName)));
    }
    handler.engine().setSSLParameters(parameters);
    return handler;
  }

  /** A handler for a connection from a client. */
  public static SslHandler serverHandler(SslContext context, ByteBufAllocator allocator) {
    SslHandler handler = context.newHandler(allocator);
    handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
    return handler;
  }

  /** A context for {@link java.net.http.HttpClient}, which checks names itself. */
  public static SSLContext jdkClient(TrustAnchors anchors) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {naming(anchors)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  private static TrustManager naming(TrustAnchors anchors) {
    X509TrustManager checks = anchors.trustManager();
    return checks instanceof X509ExtendedTrustManager extended
        ? new NamingTrustManager(extended)
        : checks;
  }

  /**
   * Writes the first message of a handshake for nobody. Java computes a table for the curve and
   * loads most of its TLS for it, a fifth of a second, and that can be done before it is known whom
   * to believe and whom to call. Its keys are used for nothing.
   */
  public static void rehearseJdkClient() {
    SSLEngine engine = jdkClient(TrustAnchors.NONE).createSSLEngine("localhost", 443);
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    try {
      engine.wrap(ByteBuffer.allocate(0), hello);
    } catch (SSLException e) {
      throw new IllegalStateException("Java cannot begin a TLS handshake", e);
    }
  }

  /** The same with a certificate of our own, where a server asks for one. */
  public static SSLContext jdkClient(TlsIdentity identity, TrustAnchors anchors) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {new SingleKeyManager(identity)},
          new TrustManager[] {anchors.trustManager()},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  /**
   * The certificate the peer has proved to own; empty if it presented none. Clients that use
   * OpenSSL send authorities they find along with their leaf: these are not looked at (a client's
   * leaf must be signed by an anchor itself). With anything else behind the leaf, a client is
   * nobody.
   */
  public static Optional<X509Certificate> peerLeaf(SSLEngine engine) {
    try {
      Certificate[] chain = engine.getSession().getPeerCertificates();
      return engine.getUseClientMode() ? leaf(chain) : clientLeaf(chain);
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  /** The same for a client's chain, as a session holds it. */
  public static Optional<X509Certificate> clientLeaf(Certificate[] chain) {
    boolean authoritiesOnly =
        chain.length <= CLIENT_CHAIN_MAX
            && Arrays.stream(chain).skip(1).allMatch(TlsContexts::isAuthority);
    return authoritiesOnly ? leaf(chain) : Optional.empty();
  }

  private static boolean isAuthority(Certificate certificate) {
    return certificate instanceof X509Certificate known && known.getBasicConstraints() >= 0;
  }

  private static Optional<X509Certificate> leaf(Certificate[] chain) {
    return chain.length > 0 && chain[0] instanceof X509Certificate leaf
        ? Optional.of(leaf)
        : Optional.empty();
  }

  private static SslContext build(
      SslContextBuilder builder, TlsEngineKind kind, TrustAnchors anchors, List<String> alpn)
      throws SSLException {
    builder
        .sslProvider(
            switch (kind) {
              case BORINGSSL -> SslProvider.OPENSSL;
              case JDK -> SslProvider.JDK;
            })
        .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .trustManager(new PeerTrustManager(anchors));
    if (!alpn.isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              Protocol.ALPN,
              SelectorFailureBehavior.NO_ADVERTISE,
              SelectedListenerFailureBehavior.ACCEPT,
              alpn));
    }
    SslContext context = builder.build();
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
      return new NoResumptionContext(context);
    }
    return context;
  }

  private static KeyManagerFactory keyless(TlsIdentity identity) {
    try {
      return OpenSslX509KeyManagerFactory.newKeyless(
          identity.chain().toArray(X509Certificate[]::new));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot prepare a TLS identity", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static java.util.Objects.requireNonNull;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.tests.fixtures.TestPki;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** A running proxy with credentials for two kube clusters, and clients of it. */
final class ProxyUnderTest implements AutoCloseable {
  static final KubeClusterName PROD = new KubeClusterName("prod");
  static final KubeClusterName TEST = new KubeClusterName("test_2.x");

  final LocalCredentials credentials;
  final KubeProxy proxy;
  final Map<String, TlsIdentity> identities = new ConcurrentHashMap<>();

  ProxyUnderTest(TestPki pki, UpstreamDialer dialer) throws IOException {
    this(pki, dialer, KubeProxyConfig.onPort(0), null, InstantSource.system());
  }

  ProxyUnderTest(
      TestPki pki,
      UpstreamDialer dialer,
      KubeProxyConfig config,
      @Nullable UpstreamIdentity identity,
      InstantSource clock)
      throws IOException {
    this(pki, dialer, config, identity, clock, DoorPolicy.ofThisUser(), SocketOwners.ofKernel());
  }

  ProxyUnderTest(
      TestPki pki,
      UpstreamDialer dialer,
      KubeProxyConfig config,
      @Nullable UpstreamIdentity identity,
      InstantSource clock,
      DoorPolicy policy,
      @Nullable SocketOwners owners)
      throws IOException {
    Instant now = Instant.now();
    credentials = LocalCredentials.create(List.of(PROD, TEST), now, now.plusSeconds(24 * 3600));
    identities.put("prod", pki.client("alice on prod"));
    identities.put("test_2.x", pki.client("alice on test"));
    UpstreamIdentity used =
        identity != null
            ? identity
            : name ->
                CompletableFuture.<TlsIdentity>completedFuture(
                    requireNonNull(identities.get(name)));
    proxy = KubeProxy.start(config, credentials, used, dialer, clock, policy, owners);
  }

  int port() {
    return proxy.address().getPort();
  }

  URI uri(String path) {
    return URI.create("https://127.0.0.1:" + port() + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(60));
  }

  /** A client with the certificate for one kube cluster. */
  HttpClient client(KubeClusterName kubeCluster, HttpClient.Version version) {
    return HttpClient.newBuilder()
        .sslContext(clientContext(credentials, credentials.client(kubeCluster), credentials))
        .version(version)
        .connectTimeout(Duration.ofSeconds(10))
        .build();
  }

  /** What a Netty client presents: the client key, read back from a file. */
  TlsIdentity clientIdentity(Path directory) throws IOException {
    Path file = directory.resolve("client.pem");
    Files.write(file, credentials.clientKeyPem().segment().toArray(ValueLayout.JAVA_BYTE));
    return TlsIdentity.of(HeldKey.loadPem(file), credentials.client(PROD));
  }

  TrustAnchors anchors() {
    return TrustAnchors.of(credentials.authority());
  }

  /** A bare TLS connection with the certificate for one kube cluster. */
  SSLSocket socket(KubeClusterName kubeCluster) throws IOException {
    SSLContext context = clientContext(credentials, credentials.client(kubeCluster), credentials);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** What a client needs: its certificate (none if null) and whom it trusts. */
  static SSLContext clientContext(
      LocalCredentials keyOf, @Nullable X509Certificate certificate, LocalCredentials trusted) {
    return chainContext(keyOf, certificate == null ? List.of() : List.of(certificate), trusted);
  }

  /** The same with a whole chain, leaf first. */
  static SSLContext chainContext(
      LocalCredentials keyOf, List<X509Certificate> chain, LocalCredentials trusted) {
    try {
      KeyManager[] keys =
          chain.isEmpty()
              ? new KeyManager[0]
              : new KeyManager[] {new InsistentKeys(key(keyOf), chain)};
      KeyStore anchors = KeyStore.getInstance("PKCS12");
      anchors.load(null, null);
      anchors.setCertificateEntry("ca", trusted.authority());
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(anchors);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PrivateKey key(LocalCredentials credentials) throws GeneralSecurityException {
    byte[] pem = credentials.clientKeyPem().segment().toArray(ValueLayout.JAVA_BYTE);
    String base64 =
        new String(pem, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----|\\s", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }

  /** Waits until so many clients are connected. */
  void awaitConnections(int count) throws InterruptedException {
    for (int i = 0; proxy.connections() != count; i++) {
      if (i == 1000) {
        throw new AssertionError("connections: " + proxy.connections());
      }
      Thread.sleep(10);
    }
  }

  @Override
  public void close() {
    proxy.close();
    credentials.close();
  }

  /** Sends its certificate whatever authorities the server names. */
  private static final class InsistentKeys extends X509ExtendedKeyManager {
    private final PrivateKey key;
    private final List<X509Certificate> chain;

    InsistentKeys(PrivateKey key, List<X509Certificate> chain) {
      this.key = key;
      this.chain = chain;
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
      return "client";
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return "client";
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {"client"};
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return "";
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain.toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key;
    }
  }
}

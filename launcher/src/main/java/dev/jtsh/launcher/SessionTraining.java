// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.AuthEndpoint;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.ServerVersion;
import dev.jtsh.kubeproxy.DirectDialer;
import dev.jtsh.kubeproxy.KubeProxy;
import dev.jtsh.kubeproxy.KubeProxyConfig;
import dev.jtsh.kubeproxy.LocalCredentials;
import dev.jtsh.kubeproxy.UpstreamTarget;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.LeafRequest;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.ErrorBody;
import dev.jtsh.protocol.web.PingResponse;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * For {@link StartupTraining}: a headless session as far as it comes without a cluster. A server on
 * loopback, with keys and certificates of its own that end with this process, says what a proxy
 * says up to the decision, which is no; then a local proxy is asked something.
 */
final class SessionTraining implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration VALID = Duration.ofHours(1);
  private static final KubeClusterName KUBE = new KubeClusterName("training");
  private static final int BODY_BYTES_MAX = 1 << 16;

  private final Instant now = Instant.now();
  private final HeldKey key = HeldKey.generate(KeyKind.P256);
  private final CertificateAuthority authority =
      CertificateAuthority.create("training", key, now.minusSeconds(60), now.plus(VALID));
  private final SSLServerSocket server;

  private SessionTraining() throws IOException, GeneralSecurityException {
    server =
        (SSLServerSocket)
            serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 8, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().name("training server").start(this::serve);
  }

  /**
   * Goes through it once.
   *
   * @param told hears why it did not come to its end
   * @return whether it did
   */
  static boolean run(Outside world, Console told) {
    try (SessionTraining training = new SessionTraining()) {
      int status = training.ask(world);
      if (status != ExitCode.DENIED.status()) {
        told.say(
            SafeText.format(
                "not trained: the request ended with {}", SafeText.of(Integer.toString(status))));
        return false;
      }
      new Rehearsal(world.clock()).run();
      training.useLocalProxy();
      training.callAuth();
      return true;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      told.say(SafeText.format("not trained: {}", SafeText.of(e.toString())));
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private int ask(Outside world) throws IOException {
    Path file = Files.createTempFile("jtsh-training", ".pem");
    try {
      Files.writeString(file, Pem.encode(authority.certificate()));
      return new Main(world, Optional.of(ProcessGuard.ofThisProcess(world.console())))
          .run(
              "--headless",
              "--proxy=" + address(),
              "--user=nobody",
              "--ca-file=" + file,
              "proxy",
              "kube",
              KUBE.value());
    } finally {
      Files.delete(file);
    }
  }

  private void useLocalProxy() throws IOException, InterruptedException {
    TlsIdentity identity = TlsIdentity.of(key, authority.certificate());
    UpstreamTarget nobody = new UpstreamTarget("127.0.0.1", 1, "localhost", "localhost", anchors());
    try (LocalCredentials local = LocalCredentials.create(List.of(KUBE), now, now.plus(VALID));
        HeldKey client = HeldKey.fromPem(local.clientKeyPem().segment());
        KubeProxy proxy =
            KubeProxy.start(
                KubeProxyConfig.onPort(0),
                local,
                name -> CompletableFuture.completedFuture(identity),
                new DirectDialer(nobody, LIMIT),
                InstantSource.system());
        HttpClient http =
            HttpClient.newBuilder()
                .sslContext(
                    TlsContexts.jdkClient(
                        TlsIdentity.of(client, local.client(KUBE)),
                        TrustAnchors.of(local.authority())))
                .build()) {
      URI place = URI.create("https://127.0.0.1:%d/version".formatted(proxy.address().getPort()));
      http.send(
          HttpRequest.newBuilder(place).timeout(LIMIT).build(),
          HttpResponse.BodyHandlers.discarding());
    }
  }

  /** The server speaks no gRPC: the call ends with the handshake. */
  private void callAuth() {
    AuthEndpoint endpoint =
        new AuthEndpoint(
            ProxyAddress.parse(address()),
            "training",
            TlsIdentity.of(key, authority.certificate()),
            anchors(),
            ServerVersion.parse("17.0.0"));
    try (AuthClient auth = AuthClient.open(endpoint)) {
      auth.ping();
    } catch (ClientException e) {
      return; // As it must.
    }
  }

  private TrustAnchors anchors() {
    return TrustAnchors.of(authority.certificate());
  }

  private String address() {
    return "localhost:" + server.getLocalPort();
  }

  private SSLContext serverContext() throws IOException, GeneralSecurityException {
    KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
    LeafRequest leaf =
        new LeafRequest(
            "localhost", List.of("localhost"), List.of(), List.of(LeafRequest.Purpose.SERVER));
    X509Certificate certificate =
        authority.issueLeaf(leaf, pair.getPublic(), now.minusSeconds(60), now.plus(VALID));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] none = new char[0];
    store.setKeyEntry("server", pair.getPrivate(), none, new X509Certificate[] {certificate});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, none);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> answer(socket));
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private void answer(Socket socket) {
    try (socket;
        InputStream in = new BufferedInputStream(socket.getInputStream())) {
      String first = line(in);
      while (!first.isEmpty()) {
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
          if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
            length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
          }
        }
        in.readNBytes(Math.min(length, BODY_BYTES_MAX));
        boolean ping = first.contains("/webapi/ping");
        byte[] body = WireJson.write(ping ? ping() : ErrorBody.of("access denied"));
        String head =
            "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                .formatted(ping ? "200 OK" : "403 Forbidden", body.length);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        first = line(in);
      }
    } catch (IOException e) {
      return; // The client has gone.
    }
  }

  private PingResponse ping() {
    return PingResponse.of(
        PingResponse.Auth.localWebauthn("headless", "localhost", true, VALID),
        PingResponse.Proxy.onOnePort(address(), address()),
        "17.0.0-jtsh",
        "16.0.0",
        "training");
  }

  /** Empty at the end. */
  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n' && line.length() < BODY_BYTES_MAX; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
    key.close();
  }
}

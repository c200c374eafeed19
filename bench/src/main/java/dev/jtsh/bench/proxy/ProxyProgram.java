// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.proxy;

import dev.jtsh.kubeproxy.DirectDialer;
import dev.jtsh.kubeproxy.KubeProxy;
import dev.jtsh.kubeproxy.KubeProxyConfig;
import dev.jtsh.kubeproxy.LocalCredentials;
import dev.jtsh.kubeproxy.UpstreamTarget;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.LeafRequest;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** The product's local proxy, with a fixed identity and without what surrounds it in jtsh. */
public final class ProxyProgram {
  private static final KubeClusterName CLUSTER = new KubeClusterName("bench");

  private ProxyProgram() {}

  /**
   * Serves until it is killed.
   *
   * @param arguments own port, upstream's port, upstream's name, directory of the upstream's
   *     authority and our certificate, directory to leave the clients' files in; and the seconds
   *     after which our certificate is replaced, again and again, if it is to be
   */
  public static void main(String[] arguments)
      throws IOException, CertificateException, InterruptedException {
    Path directory = Path.of(arguments[3]);
    TlsIdentity identity =
        TlsIdentity.of(
            HeldKey.loadPem(directory.resolve("client.key")),
            certificate(directory.resolve("client.pem")));
    UpstreamTarget target =
        new UpstreamTarget(
            "127.0.0.1",
            Integer.parseInt(arguments[1]),
            arguments[2],
            arguments[2],
            TrustAnchors.of(certificate(directory.resolve("ca.pem"))));
    Instant now = Instant.now();
    LocalCredentials local =
        LocalCredentials.create(List.of(CLUSTER), now, now.plus(Duration.ofDays(1)));
    Path front = Path.of(arguments[4]);
    Files.write(
        front.resolve("client.key"), local.clientKeyPem().segment().toArray(ValueLayout.JAVA_BYTE));
    Files.writeString(front.resolve("client.pem"), pem(local.client(CLUSTER)));
    Files.writeString(front.resolve("ca.pem"), pem(local.authority()));
    AtomicReference<CompletableFuture<TlsIdentity>> current =
        new AtomicReference<>(CompletableFuture.completedFuture(identity));
    try (KubeProxy proxy =
        KubeProxy.start(
            KubeProxyConfig.onPort(Integer.parseInt(arguments[0])),
            local,
            name -> current.get(),
            new DirectDialer(target, Duration.ofSeconds(5)),
            InstantSource.system())) {
      System.out.println("serving on " + proxy.address());
      if (arguments.length > 5) {
        renew(directory, identity, current, Duration.ofSeconds(Long.parseLong(arguments[5])));
      }
      Thread.currentThread().join();
    }
  }

  /** Each new certificate makes a new generation of connections, as a renewal of a session does. */
  private static void renew(
      Path directory,
      TlsIdentity first,
      AtomicReference<CompletableFuture<TlsIdentity>> current,
      Duration every)
      throws IOException, CertificateException, InterruptedException {
    CertificateAuthority authority =
        CertificateAuthority.of(
            certificate(directory.resolve("ca.pem")), HeldKey.loadPem(directory.resolve("ca.key")));
    LeafRequest request =
        new LeafRequest("client", List.of(), List.of(), List.of(LeafRequest.Purpose.CLIENT));
    while (true) {
      Thread.sleep(every);
      Instant now = Instant.now();
      X509Certificate next =
          authority.issueLeaf(
              request, first.leaf().getPublicKey(), now.minusSeconds(60), now.plusSeconds(86_400));
      current.set(CompletableFuture.completedFuture(TlsIdentity.of(first.key(), next)));
      System.out.println("renewed");
    }
  }

  private static X509Certificate certificate(Path file) throws IOException, CertificateException {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static String pem(X509Certificate certificate) throws CertificateEncodingException {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }
}

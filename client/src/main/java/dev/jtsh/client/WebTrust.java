// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.text.FileFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * The certificates that the proxy's web certificate may chain to: the system's bundle (or the file
 * that {@code SSL_CERT_FILE} names in its place), a {@code --ca-file}, and what a profile has
 * pinned. There is no way to turn verification off here.
 */
public final class WebTrust {
  private static final List<Path> SYSTEM_BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"),
          Path.of("/etc/ssl/cert.pem"));
  private static final long FILE_BYTES_MAX = 4L << 20;

  private final Set<X509Certificate> anchors;

  private WebTrust(Set<X509Certificate> anchors) {
    this.anchors = anchors;
  }

  /** Trusts these certificates and no others. */
  public static WebTrust of(List<X509Certificate> anchors) {
    return new WebTrust(new LinkedHashSet<>(anchors));
  }

  /**
   * Reads the sources named above.
   *
   * @param environment the process environment; only {@code SSL_CERT_FILE} is looked at
   * @param caFile the user's {@code --ca-file}
   * @throws IOException with a message that names the file that is missing or unreadable
   */
  public static WebTrust load(Map<String, String> environment, Optional<Path> caFile)
      throws IOException {
    var anchors = new LinkedHashSet<X509Certificate>();
    String named = environment.getOrDefault("SSL_CERT_FILE", "");
    if (!named.isEmpty()) {
      anchors.addAll(read(Path.of(named), "SSL_CERT_FILE"));
    } else {
      for (Path bundle : SYSTEM_BUNDLES) {
        if (Files.isReadable(bundle)) {
          anchors.addAll(read(bundle, "the system's certificates"));
          break;
        }
      }
    }
    if (caFile.isPresent()) {
      anchors.addAll(read(caFile.get(), "--ca-file"));
    }
    return new WebTrust(anchors);
  }

  /** The same anchors and these. */
  public WebTrust and(List<X509Certificate> more) {
    var all = new LinkedHashSet<>(anchors);
    all.addAll(more);
    return new WebTrust(all);
  }

  /** The certificates trusted. */
  public List<X509Certificate> anchors() {
    return List.copyOf(anchors);
  }

  SSLContext sslContext() {
    return TlsContexts.jdkClient(new TrustAnchors(List.copyOf(anchors)));
  }

  private static List<X509Certificate> read(Path file, String source) throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw new IOException("%s: %s is a directory".formatted(source, file));
      }
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new IOException("%s: %s is larger than 4 MiB".formatted(source, file));
      }
      var certificates = new ArrayList<X509Certificate>();
      // Whole: the parser reads byte by byte, and each would be a call of the kernel.
      InputStream in = new ByteArrayInputStream(Files.readAllBytes(file));
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        certificates.add((X509Certificate) certificate);
      }
      if (certificates.isEmpty()) {
        throw new IOException("%s: no certificate in %s".formatted(source, file));
      }
      return certificates;
    } catch (FileSystemException e) {
      throw new IOException("%s: %s".formatted(source, FileFailure.of(e)), e);
    } catch (CertificateException e) {
      throw new IOException("%s: %s holds no readable PEM certificate".formatted(source, file), e);
    }
  }
}

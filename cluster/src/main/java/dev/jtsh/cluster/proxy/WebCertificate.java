// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.ClientAuthentication;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the web port shows browsers and clients: one of our own, or the operator's files, read again
 * when they change. Files that cannot be used are reported and the last good ones stay.
 */
public final class WebCertificate implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(WebCertificate.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

  /** What the files looked like when they were read. */
  private record Stamp(FileTime certificate, FileTime key, long certificateSize, long keySize) {
    static Stamp of(Path certificate, Path key) throws IOException {
      return new Stamp(
          Files.getLastModifiedTime(certificate),
          Files.getLastModifiedTime(key),
          Files.size(certificate),
          Files.size(key));
    }
  }

  private volatile SslContext context;
  private @Nullable Thread watcher;
  private @Nullable HeldKey current; // Ours to close, as is the one before it.
  private @Nullable HeldKey previous; // Handshakes begun before a change may still use it.

  private WebCertificate(TlsIdentity identity) {
    this.context = contextOf(identity);
  }

  /** Always the same; the key stays the caller's. */
  public static WebCertificate of(TlsIdentity identity) {
    return new WebCertificate(identity);
  }

  /**
   * The operator's PEM files.
   *
   * @param certificate the chain, leaf first
   * @param key the private key, not encrypted
   * @throws IOException if they cannot be read now
   * @throws PkiException if they do not hold what they should, or do not belong together
   */
  public static WebCertificate files(Path certificate, Path key) throws IOException {
    return files(certificate, key, CHECK_INTERVAL);
  }

  static WebCertificate files(Path certificate, Path key, Duration checkInterval)
      throws IOException {
    Stamp stamp = Stamp.of(certificate, key);
    TlsIdentity identity = load(certificate, key);
    WebCertificate result = new WebCertificate(identity);
    result.current = identity.key();
    result.watcher =
        Thread.ofVirtual()
            .name("web-certificate")
            .start(() -> result.watch(certificate, key, stamp, checkInterval));
    return result;
  }

  private static TlsIdentity load(Path certificate, Path key) throws IOException {
    HeldKey held = HeldKey.loadPem(key);
    try {
      TlsIdentity identity =
          new TlsIdentity(held, Pem.certificates(Files.readAllBytes(certificate)));
      warnOfItsEnd(certificate, identity.leaf());
      return identity;
    } catch (IOException e) {
      held.close();
      throw e;
    } catch (PkiException e) {
      held.close();
      throw new PkiException(
          "the web certificate %s, with the key %s: %s".formatted(certificate, key, e.getMessage()),
          e);
    }
  }

  /** It is served, for the clock may be wrong; but then nobody will take it. */
  private static void warnOfItsEnd(Path file, X509Certificate leaf) {
    try {
      leaf.checkValidity();
    } catch (CertificateExpiredException e) {
      logger.warn(
          "the web certificate {} has expired at {}: every client refuses it; renew it",
          file,
          leaf.getNotAfter().toInstant());
    } catch (CertificateNotYetValidException e) {
      logger.warn(
          "the web certificate {} is valid from {} on: until then every client refuses it",
          file,
          leaf.getNotBefore().toInstant());
    }
  }

  private void watch(Path certificate, Path key, Stamp first, Duration interval) {
    Stamp seen = first;
    while (true) {
      try {
        Thread.sleep(interval);
        Stamp stamp = Stamp.of(certificate, key);
        if (!stamp.equals(seen)) {
          seen = stamp;
          replace(load(certificate, key));
          logger.info("the web certificate was read again from {}", certificate);
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException | PkiException e) {
        logger.warn(
            "the web certificate files changed but cannot be used; the old ones stay: {}",
            e.getMessage());
      }
    }
  }

  private synchronized void replace(TlsIdentity identity) {
    context = contextOf(identity);
    if (previous != null) {
      previous.close();
    }
    previous = current;
    current = identity.key();
  }

  /** The context for the next connection. */
  SslContext context() {
    return context;
  }

  private static SslContext contextOf(TlsIdentity identity) {
    // The second name is only offered by clients that test whether ALPN survives on the way.
    return TlsContexts.server(
        identity,
        ClientAuthentication.NONE,
        TrustAnchors.NONE,
        List.of(ServiceNames.HTTP_1_1, ServiceNames.REVERSE_TUNNEL));
  }

  @Override
  public synchronized void close() {
    if (watcher != null) {
      watcher.interrupt();
    }
    if (previous != null) {
      previous.close();
    }
    if (current != null) {
      current.close();
    }
  }
}

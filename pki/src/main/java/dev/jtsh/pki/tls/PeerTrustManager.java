// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Java's checks, made stricter: no authority as a leaf, and a server must have the name it is
 * expected to have, whatever SNI was sent (Java itself is content with either). Only for engines.
 */
final class PeerTrustManager extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager checks;

  PeerTrustManager(TrustAnchors anchors) {
    if (!(anchors.trustManager() instanceof X509ExtendedTrustManager extended)) {
      throw new IllegalStateException("this Java's trust manager knows no engines");
    }
    this.checks = extended;
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    requireLeaf(chain);
    requireAnchors();
    // The leaf alone: an anchor itself must have signed it, whatever came along.
    checks.checkClientTrusted(new X509Certificate[] {chain[0]}, authType, engine);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    requireLeaf(chain);
    String name = engine == null ? null : engine.getPeerHost();
    if (name == null) {
      throw new CertificateException("no expected server name was given");
    }
    requireAnchors();
    checks.checkServerTrusted(chain, authType, engine);
    if (!PeerName.matches(chain[0], name)) {
      throw new CertificateException("the server's certificate is not for " + name);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return checks.getAcceptedIssuers();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw new CertificateException("only TLS engines are checked here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw new CertificateException("only TLS engines are checked here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("only TLS engines are checked here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("only TLS engines are checked here");
  }

  /** Java's checks end with an unchecked exception when there are none. */
  private void requireAnchors() throws CertificateException {
    if (checks.getAcceptedIssuers().length == 0) {
      throw new CertificateException("no authority is trusted here");
    }
  }

  private static void requireLeaf(X509Certificate[] chain) throws CertificateException {
    if (chain.length == 0) {
      throw new CertificateException("no certificate");
    }
    if (chain[0].getBasicConstraints() >= 0) {
      throw new CertificateException("an authority's certificate is used as a leaf");
    }
  }
}

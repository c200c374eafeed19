// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Java's own checks, all of them; where they end because the name does not fit, the failure tells
 * the names that would have.
 */
final class NamingTrustManager extends X509ExtendedTrustManager {
  private static final int NAMES_MAX = 4;
  private static final int DEPTH_MAX = 10;
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private final X509ExtendedTrustManager checks;

  NamingTrustManager(X509ExtendedTrustManager checks) {
    this.checks = checks;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    try {
      checks.checkServerTrusted(chain, type, engine);
    } catch (CertificateException e) {
      throw named(chain, e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    try {
      checks.checkServerTrusted(chain, type, socket);
    } catch (CertificateException e) {
      throw named(chain, e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    checks.checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checks.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checks.checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    checks.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return checks.getAcceptedIssuers();
  }

  /** Java checks the path before the name, so whoever comes as far is trusted. */
  private static CertificateException named(X509Certificate[] chain, CertificateException failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEPTH_MAX; depth++) {
      if (cause instanceof CertPathValidatorException
          || cause instanceof CertPathBuilderException) {
        return failure;
      }
      cause = cause.getCause();
    }
    return chain.length == 0 ? failure : new OtherNameException(names(chain[0]), failure);
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    for (List<?> name : alternatives(certificate)) {
      boolean shown = name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS);
      if (shown && names.size() < NAMES_MAX) {
        names.add(String.valueOf(name.get(1)));
      }
    }
    return names;
  }

  private static Collection<List<?>> alternatives(X509Certificate certificate) {
    try {
      @Nullable Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      return all == null ? List.of() : all;
    } catch (CertificateParsingException e) {
      return List.of(); // Then no name fits, and none can be told.
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Whether a certificate is for a name (RFC 9525): DNS names without regard to case, a star only as
 * the whole first label, addresses by their bytes, never the common name.
 */
final class PeerName {
  private static final int SAN_DNS = 2;
  private static final int SAN_IP = 7;

  private PeerName() {}

  static boolean matches(X509Certificate certificate, String name) {
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives == null) {
        return false;
      }
      byte[] address = address(name);
      for (List<?> alternative : alternatives) {
        if (!(alternative.get(1) instanceof String pattern)) {
          continue;
        }
        if (address.length > 0) {
          if (alternative.getFirst().equals(SAN_IP) && Arrays.equals(address, address(pattern))) {
            return true;
          }
        } else if (alternative.getFirst().equals(SAN_DNS) && dns(pattern, name)) {
          return true;
        }
      }
      return false;
    } catch (CertificateParsingException e) {
      return false;
    }
  }

  private static boolean dns(String pattern, String name) {
    String wanted = canonical(name);
    String offered = canonical(pattern);
    if (wanted.isEmpty() || offered.isEmpty()) {
      return false;
    }
    if (!offered.startsWith("*.")) {
      return offered.indexOf('*') < 0 && offered.equals(wanted);
    }
    int dot = wanted.indexOf('.');
    return dot > 0
        && offered.indexOf('*', 1) < 0
        && wanted.substring(dot).equals(offered.substring(1));
  }

  private static String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** The bytes of an address literal; none if it is a name. */
  private static byte[] address(String literal) {
    try {
      return InetAddress.ofLiteral(literal).getAddress();
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates as PEM text. Keys are not here: see {@link HeldKey}. */
public final class Pem {
  private static final int MAX_BYTES = 1024 * 1024;
  private static final int MAX_CERTIFICATES = 1000;
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  private Pem() {}

  /** One certificate, ending with a line feed. */
  public static String encode(X509Certificate certificate) {
    try {
      return BEGIN
          + "\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
          + "\n"
          + END
          + "\n";
    } catch (CertificateEncodingException e) {
      throw new PkiException("the certificate cannot be encoded", e);
    }
  }

  /** Several certificates, one after the other. */
  public static String encode(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    certificates.forEach(certificate -> text.append(encode(certificate)));
    return text.toString();
  }

  /**
   * All certificates of a PEM text, at least one; other text and other blocks are skipped.
   *
   * @throws PkiException if there is none, one is malformed, or the text is longer than 1 MiB
   */
  public static List<X509Certificate> certificates(byte[] pem) {
    if (pem.length > MAX_BYTES) {
      throw new PkiException("PEM text is longer than 1 MiB");
    }
    String text = new String(pem, StandardCharsets.ISO_8859_1);
    List<X509Certificate> certificates = new ArrayList<>();
    int begin = text.indexOf(BEGIN);
    while (begin >= 0) {
      int end = text.indexOf(END, begin);
      if (end < 0 || certificates.size() == MAX_CERTIFICATES) {
        throw new PkiException("malformed PEM certificates");
      }
      certificates.add(block(text.substring(begin + BEGIN.length(), end)));
      begin = text.indexOf(BEGIN, end);
    }
    if (certificates.isEmpty()) {
      throw new PkiException("no PEM certificate found");
    }
    return certificates;
  }

  /** As {@link #certificates(byte[])}, of a string. */
  public static List<X509Certificate> certificates(String pem) {
    return certificates(pem.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * The only certificate of a PEM text.
   *
   * @throws PkiException if there is none or more than one
   */
  public static X509Certificate certificate(byte[] pem) {
    List<X509Certificate> certificates = certificates(pem);
    if (certificates.size() != 1) {
      throw new PkiException("one PEM certificate expected, found " + certificates.size());
    }
    return certificates.getFirst();
  }

  /**
   * A certificate from its DER bytes.
   *
   * @throws PkiException if it is malformed
   */
  public static X509Certificate fromDer(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new PkiException("malformed certificate", e);
    }
  }

  private static X509Certificate block(String base64) {
    try {
      return fromDer(Base64.getMimeDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw new PkiException("malformed PEM certificate", e);
    }
  }
}

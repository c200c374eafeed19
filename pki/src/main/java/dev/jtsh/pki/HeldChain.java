// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import java.io.ByteArrayInputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate chain in the secret arena, in DER as it was received. Certificates are no secrets,
 * but they say who somebody is and what they may do: they stay out of swap and dumps for as long as
 * they are kept. What is read from here for a moment is on the Java heap.
 */
public final class HeldChain implements AutoCloseable {
  private final SecretBuffer der;

  private HeldChain(SecretBuffer der) {
    this.der = der;
  }

  /**
   * Takes the chain into the arena; the caller forgets its copy.
   *
   * @throws dev.jtsh.nativebindings.SecretArenaExhaustedException if there is no room
   */
  public static HeldChain of(List<X509Certificate> chain) {
    List<byte[]> encoded = new ArrayList<>();
    int length = 0;
    for (X509Certificate certificate : chain) {
      byte[] one = encoded(certificate);
      encoded.add(one);
      length += one.length;
    }
    SecretBuffer der = SecretArena.process().allocate(length);
    long at = 0;
    for (byte[] one : encoded) {
      MemorySegment.copy(one, 0, der.segment(), ValueLayout.JAVA_BYTE, at, one.length);
      at += one.length;
    }
    return new HeldChain(der);
  }

  /**
   * The certificates, leaf first, parsed anew.
   *
   * @throws IllegalStateException if it is closed
   */
  public List<X509Certificate> certificates() {
    var bytes = new ByteArrayInputStream(der.segment().toArray(ValueLayout.JAVA_BYTE));
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      while (bytes.available() > 0) {
        certificates.add((X509Certificate) factory.generateCertificate(bytes));
      }
    } catch (CertificateException e) {
      throw new IllegalStateException("a certificate in the arena was overwritten", e);
    }
    return List.copyOf(certificates);
  }

  /** Wipes it. */
  @Override
  public void close() {
    der.close();
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new PkiException("the certificate cannot be encoded", e);
    }
  }
}

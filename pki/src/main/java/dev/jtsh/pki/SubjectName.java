// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.jspecify.annotations.Nullable;

/**
 * A subject as a list of attributes. Standard attributes with several values share one RDN, in the
 * order the peers write: L, STREET, POSTALCODE, O, OU, CN; then each of ours in an RDN of its own.
 */
final class SubjectName {
  private static final int MAX_ATTRIBUTES = 4096;

  final List<String> localities = new ArrayList<>();
  final List<String> streets = new ArrayList<>();
  final List<String> postalCodes = new ArrayList<>();
  final List<String> organizations = new ArrayList<>();
  final List<String> units = new ArrayList<>();
  final List<String> commonNames = new ArrayList<>();
  final Map<SubjectAttribute, List<String>> extras = new EnumMap<>(SubjectAttribute.class);

  static SubjectName of(X509Certificate certificate) {
    return of(certificate.getSubjectX500Principal().getEncoded());
  }

  /** The JDK takes certificates whose subject Bouncy Castle refuses, and the other way round. */
  static SubjectName of(byte[] der) {
    try {
      return of(X500Name.getInstance(der));
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new PkiException("the certificate's subject is malformed", e);
    }
  }

  static SubjectName of(X500Name name) {
    SubjectName subject = new SubjectName();
    int count = 0;
    for (RDN rdn : name.getRDNs()) {
      for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
        if (++count > MAX_ATTRIBUTES) {
          throw new PkiException("the subject has more than " + MAX_ATTRIBUTES + " attributes");
        }
        subject.add(attribute.getType(), attribute.getValue());
      }
    }
    return subject;
  }

  private void add(ASN1ObjectIdentifier type, ASN1Encodable value) {
    List<String> list = listOf(type);
    if (list == null) {
      return; // Not ours to understand.
    }
    if (!(value instanceof ASN1String text)) {
      throw new PkiException("the subject's attribute " + type + " is not a string");
    }
    try {
      list.add(text.getString());
    } catch (IllegalArgumentException e) {
      throw new PkiException("the subject's attribute " + type + " is not text", e);
    }
  }

  private @Nullable List<String> listOf(ASN1ObjectIdentifier type) {
    if (type.equals(BCStyle.L)) {
      return localities;
    }
    if (type.equals(BCStyle.STREET)) {
      return streets;
    }
    if (type.equals(BCStyle.POSTAL_CODE)) {
      return postalCodes;
    }
    if (type.equals(BCStyle.O)) {
      return organizations;
    }
    if (type.equals(BCStyle.OU)) {
      return units;
    }
    if (type.equals(BCStyle.CN)) {
      return commonNames;
    }
    SubjectAttribute attribute = SubjectAttribute.of(type);
    return attribute == null ? null : extras.computeIfAbsent(attribute, a -> new ArrayList<>());
  }

  X500Name toX500Name() {
    List<RDN> rdns = new ArrayList<>();
    shared(rdns, BCStyle.L, localities);
    shared(rdns, BCStyle.STREET, streets);
    shared(rdns, BCStyle.POSTAL_CODE, postalCodes);
    shared(rdns, BCStyle.O, organizations);
    shared(rdns, BCStyle.OU, units);
    shared(rdns, BCStyle.CN, commonNames);
    extras.forEach((attribute, values) -> {
      for (String value : values) {
        rdns.add(new RDN(attribute.identifier(), string(value)));
      }
    });
    return new X500Name(rdns.toArray(RDN[]::new));
  }

  static byte[] encoded(X500Name name) {
    try {
      return name.getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new IllegalStateException("encoding into memory does not fail", e);
    }
  }

  private static void shared(List<RDN> rdns, ASN1ObjectIdentifier type, List<String> values) {
    if (values.isEmpty()) {
      return;
    }
    rdns.add(
        new RDN(
            values.stream()
                .map(value -> new AttributeTypeAndValue(type, string(value)))
                .toArray(AttributeTypeAndValue[]::new)));
  }

  /** The narrower of the two string types that holds the text, as the peers choose. */
  static ASN1Encodable string(String value) {
    return isPrintable(value) ? new DERPrintableString(value) : new DERUTF8String(value);
  }

  private static boolean isPrintable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean letterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letterOrDigit && " '()+,-./:=?".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}

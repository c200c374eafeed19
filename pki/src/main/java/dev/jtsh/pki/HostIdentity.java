// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * Which part of the cluster a host is, as in the subject and the names of a host certificate (wire
 * reference §4.3).
 *
 * @param hostId the part of CN before the cluster's name, usually a UUID
 * @param cluster the cluster's name
 * @param roles O: {@code Proxy}, {@code Auth}, {@code Kube}, ...; at least one
 * @param dnsNames DNS names of the certificate
 * @param ips addresses of the certificate, as literals
 * @param kubeClusters ours, 1.3.9999.100.2: the kube clusters an agent may serve
 */
public record HostIdentity(
    String hostId,
    String cluster,
    List<String> roles,
    List<String> dnsNames,
    List<String> ips,
    List<String> kubeClusters) {
  private static final int SAN_DNS = 2;
  private static final int SAN_IP = 7;

  /**
   * Copies and checks.
   *
   * @throws PkiException if there is no host id, cluster or role, or an address is not a literal
   */
  public HostIdentity {
    if (hostId.isEmpty() || cluster.isEmpty() || roles.isEmpty()) {
      throw new PkiException("a host identity needs a host id, a cluster and a role");
    }
    ips.forEach(HostIdentity::address);
    roles = List.copyOf(roles);
    dnsNames = List.copyOf(dnsNames);
    ips = List.copyOf(ips);
    kubeClusters = List.copyOf(kubeClusters);
  }

  /**
   * Reads a certificate. Says nothing about who signed it: check the signature first.
   *
   * @throws PkiException if it is not a host's
   */
  public static HostIdentity of(X509Certificate certificate) {
    SubjectName name = SubjectName.of(certificate);
    List<String> clusters = name.extras.get(SubjectAttribute.TELEPORT_CLUSTER);
    if (name.commonNames.size() != 1 || clusters == null || clusters.size() != 1) {
      throw new PkiException("not a host certificate: its subject names no host and cluster");
    }
    String cluster = clusters.getFirst();
    String commonName = name.commonNames.getFirst();
    if (!commonName.endsWith("." + cluster)) {
      throw new PkiException("not a host certificate: its name does not end with its cluster");
    }
    return new HostIdentity(
        commonName.substring(0, commonName.length() - cluster.length() - 1),
        cluster,
        name.organizations,
        names(certificate, SAN_DNS),
        names(certificate, SAN_IP),
        name.extras.getOrDefault(SubjectAttribute.AGENT_KUBE_CLUSTERS, List.of()));
  }

  private static List<String> names(X509Certificate certificate, int type) {
    try {
      List<String> result = new ArrayList<>();
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names != null) {
        for (List<?> name : names) {
          if (name.getFirst().equals(type) && name.get(1) instanceof String text) {
            result.add(text);
          }
        }
      }
      return result;
    } catch (CertificateParsingException e) {
      throw new PkiException("the certificate's alternative names are malformed", e);
    }
  }

  /** The subject as DER bytes: as the peers write it, with an empty STREET and null traits. */
  public byte[] subject() {
    return SubjectName.encoded(toX500Name());
  }

  X500Name toX500Name() {
    SubjectName name = new SubjectName();
    name.streets.add("");
    name.postalCodes.add(Traits.NONE.toJson());
    name.organizations.addAll(roles);
    name.commonNames.add(hostId + "." + cluster);
    name.extras.put(SubjectAttribute.TELEPORT_CLUSTER, List.of(cluster));
    if (!kubeClusters.isEmpty()) {
      name.extras.put(SubjectAttribute.AGENT_KUBE_CLUSTERS, kubeClusters);
    }
    return name.toX500Name();
  }

  static byte[] address(String literal) {
    try {
      return InetAddress.ofLiteral(literal).getAddress();
    } catch (IllegalArgumentException e) {
      throw new PkiException("not an IP address: " + literal, e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.util.List;

/**
 * A plain TLS certificate, without an identity of the cluster.
 *
 * @param commonName CN
 * @param dnsNames DNS names
 * @param ips addresses, as literals
 * @param purposes what it may be used for, at least one
 */
public record LeafRequest(
    String commonName, List<String> dnsNames, List<String> ips, List<Purpose> purposes) {
  /** What a certificate may be used for. */
  public enum Purpose {
    /** To be a TLS server. */
    SERVER,
    /** To be a TLS client. */
    CLIENT
  }

  /**
   * Copies and checks.
   *
   * @throws PkiException if there is no purpose or an address is not a literal
   */
  public LeafRequest {
    if (purposes.isEmpty()) {
      throw new PkiException("a certificate needs a purpose");
    }
    ips.forEach(HostIdentity::address);
    dnsNames = List.copyOf(dnsNames);
    ips = List.copyOf(ips);
    purposes = List.copyOf(purposes);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.protocol.kube.KubeClusterName;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Set;

/**
 * A client's certificate, made by {@link LocalCredentials}: its name is the kube cluster it opens.
 *
 * @param kubeCluster the name in it
 * @param notAfter when it ends; looked at for each request
 */
record FrontCertificate(String kubeCluster, Instant notAfter) {
  private static final String PREFIX = "CN=";

  /**
   * Reads the certificate of a finished handshake, which was verified against the local authority.
   *
   * @param known the kube clusters that are served
   * @throws BadMessageException if it names none of them
   */
  static FrontCertificate of(X509Certificate certificate, Set<String> known) {
    String subject = certificate.getSubjectX500Principal().getName();
    String name = subject.startsWith(PREFIX) ? subject.substring(PREFIX.length()) : "";
    if (KubeClusterName.of(name).isEmpty() || !known.contains(name)) {
      throw new BadMessageException("the client certificate names no kube cluster of this session");
    }
    return new FrontCertificate(name, certificate.getNotAfter().toInstant());
  }

  void requireValid(Instant now) {
    if (now.isAfter(notAfter)) {
      throw new BadMessageException("the client certificate of this session has expired");
    }
  }

  /**
   * The Kubernetes path of a request: server addresses in our kubeconfig have one path per cluster.
   *
   * @throws BadMessageException if the path is another cluster's
   */
  String withoutPrefix(String path) {
    if (!path.startsWith(KubeconfigWriter.PATH_PREFIX)) {
      return path;
    }
    String own = KubeconfigWriter.PATH_PREFIX + kubeCluster;
    String rest = path.startsWith(own) ? path.substring(own.length()) : "?";
    if (rest.startsWith("/")) {
      return rest;
    }
    if (rest.isEmpty()) {
      return "/";
    }
    throw new BadMessageException(
        "the path is of another kube cluster than the client certificate");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A certificate wanted for one Kubernetes cluster.
 *
 * @param username the caller's own name
 * @param kubeCluster the cluster
 * @param key the new public key
 * @param expires the latest end; always in the future, the server may shorten it
 * @param requester on whose behalf: decides the server's limit of the length
 * @param mfa the signed challenge, where the cluster wants a second factor for each session
 */
public record KubeCertificateRequest(
    String username,
    KubeClusterName kubeCluster,
    PublicKey key,
    Instant expires,
    UserCertsRequest.Requester requester,
    Optional<MFAAuthenticateResponse> mfa) {
  /** Without a second factor. */
  public KubeCertificateRequest(
      String username,
      KubeClusterName kubeCluster,
      PublicKey key,
      Instant expires,
      UserCertsRequest.Requester requester) {
    this(username, kubeCluster, key, expires, requester, Optional.empty());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.pki.tls.TlsIdentity;
import java.util.concurrent.CompletionStage;

/** Who the proxy is towards the cluster, asked for before each request. */
public interface UpstreamIdentity {
  /**
   * The key and certificate to use for one kube cluster. Must not block: called on an event loop. A
   * stage that is complete already costs nothing; one that waits for a renewal may take as long as
   * {@link KubeProxyConfig#identityTimeout} says. As long as the answer is the same object,
   * connections are shared; a new object gets new connections, while streams on the old ones live
   * on.
   *
   * @param kubeCluster a name the local credentials were made for
   * @return fails with {@link IdentityUnavailableException} to say why there is none
   */
  CompletionStage<TlsIdentity> identityFor(String kubeCluster);

  /**
   * The cluster's proxy refused this identity in the handshake, or it has run out. Called on an
   * event loop; does nothing unless overridden.
   */
  default void refused(String kubeCluster, TlsIdentity identity) {}

  /** What the session says about requests; nothing unless overridden. The same object each time. */
  default RequestDesk desk() {
    return RequestDesk.NONE;
  }
}

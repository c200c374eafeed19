// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.kubeproxy.RequestDesk;
import dev.jtsh.kubeproxy.UpstreamIdentity;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where the local proxy has its certificates from, over their renewals: a headless session or a
 * login that is held on this machine.
 */
interface KubeAccess extends UpstreamIdentity, AutoCloseable {
  /** What is known now. */
  KubeFacts facts();

  /** Clusters whose certificate is on its way. */
  List<KubeClusterName> pending();

  /** When access ends, as far as is known now. */
  Instant end();

  /** Requests that wait for a renewal. */
  int waiting();

  /** The renewal that waits for an approval. */
  Optional<LiveSession.Asked> asked();

  /** Why the last renewal came to nothing. */
  Optional<SafeText> refused();

  /** Begins to renew now; for {@code jtsh renew}. */
  void renew();

  /** Wipes the keys. */
  @Override
  void close();

  /** Makes it, once it is known where it may speak and who looks at its requests. */
  @FunctionalInterface
  interface Opener {
    KubeAccess open(ApprovalRequests.Voice voice, RequestDesk desk);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.protocol.kube.KubeClusterName;

/** One cluster of a session gave no certificate; the others may have. */
public final class NoCertificateException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient KubeClusterName kubeCluster;
  private final transient ActivationOutcome.Failed outcome;

  NoCertificateException(KubeClusterName kubeCluster, ActivationOutcome.Failed outcome) {
    super(outcome.message().toString());
    this.kubeCluster = kubeCluster;
    this.outcome = outcome;
  }

  /** The cluster. */
  public KubeClusterName kubeCluster() {
    return kubeCluster;
  }

  /** Why, and what to do. */
  public ActivationOutcome.Failed outcome() {
    return outcome;
  }
}

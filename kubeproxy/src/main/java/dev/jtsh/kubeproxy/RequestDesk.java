// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What the owner of a session says about its requests, and hears of them. Called on event loops for
 * each request: must be quick and never block.
 */
public interface RequestDesk {
  /** First part of the paths that the session itself answers; no Kubernetes API begins so. */
  String OWN_PATHS = "/.jtsh/";

  /** Passes everything on and keeps nothing. */
  RequestDesk NONE = new RequestDesk() {};

  /**
   * Answers a request in place of the cluster.
   *
   * @param path path and query as they would be sent on
   * @return empty lets it pass
   */
  default Optional<KubeStatus> refuse(String kubeCluster, String method, String path) {
    return Optional.empty();
  }

  /**
   * Has a person asked before a request is passed on; asked after {@link #refuse} let it pass.
   *
   * @return empty for no question; else completes with empty for a yes, or with what to answer
   */
  default Optional<CompletionStage<Optional<KubeStatus>>> confirm(
      String kubeCluster, String method, String path) {
    return Optional.empty();
  }

  /**
   * Answers a request for one of the {@link #OWN_PATHS}.
   *
   * @return JSON, in UTF-8; fails with {@link IdentityUnavailableException} to say why not
   */
  default CompletionStage<byte[]> own(String method, String path) {
    return java.util.concurrent.CompletableFuture.failedFuture(
        new IdentityUnavailableException(404, SafeText.literal("jtsh: there is nothing here")));
  }

  /** What kubectl shall show as a warning beside the answer; empty for nothing. */
  default Optional<SafeText> warning(String kubeCluster) {
    return Optional.empty();
  }

  /** The cluster answered a request. */
  default void served(String kubeCluster) {}

  /** The cluster is not reached just now; requests wait a moment while it is tried again. */
  default void cut(String kubeCluster, SafeText cause) {}

  /** The cluster is reached again. */
  default void reached(String kubeCluster) {}

  /** A request was answered here, with a failure. */
  default void failed(String kubeCluster, SafeText message) {}
}

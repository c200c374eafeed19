// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.kube.BadKubeRequestException;
import dev.jtsh.protocol.kube.KubeRequest;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;
import java.util.Set;

/**
 * A seat belt: what the local proxy refuses before the cluster is asked. It keeps scripts, agents
 * and tired people from accidents. It is no permission: every process of the same user can start
 * another session, and what the cluster allows is decided there.
 *
 * @param readOnly nothing that changes or starts something, or opens a way into a pod
 * @param deniedVerbs Kubernetes verbs, such as {@code delete}
 * @param namespace the only one that may be used; empty for all
 * @param confirmDelete whether the person at the terminal is asked before something is deleted, or
 *     a pod evicted, which deletes it
 */
record LocalGuard(
    boolean readOnly, Set<String> deniedVerbs, String namespace, boolean confirmDelete) {
  /** The verbs of Kubernetes that can be denied. */
  static final Set<String> VERBS =
      Set.of(
          "get",
          "list",
          "watch",
          "create",
          "update",
          "patch",
          "delete",
          "deletecollection",
          "exec",
          "attach",
          "portforward",
          "proxy");

  LocalGuard {
    deniedVerbs = Set.copyOf(deniedVerbs);
  }

  /** Lets everything pass. */
  static LocalGuard open() {
    return new LocalGuard(false, Set.of(), "", false);
  }

  private boolean isOpen() {
    return !readOnly && deniedVerbs.isEmpty() && namespace.isEmpty() && !confirmDelete;
  }

  /** Why a request does not pass; empty if it does. */
  Optional<KubeStatus> refuse(String method, String path) {
    if (isOpen()) {
      return Optional.empty();
    }
    KubeRequest request;
    try {
      request = KubeRequest.parse(method, path);
    } catch (BadKubeRequestException e) {
      return refused(
          SafeText.literal("jtsh: a path that can be read in two ways does not pass the guard"));
    }
    if (readOnly && request.isWrite() && !isReview(request)) {
      return refused(
          SafeText.format(
              "jtsh: this session is read-only (--read-only): {} is not passed on",
              SafeText.of(what(request))));
    }
    if (deniedVerbs.contains(request.verb()) || deniedVerbs.contains(request.subresource())) {
      return refused(
          SafeText.format(
              "jtsh: this session does not pass {} on (--deny)", SafeText.of(what(request))));
    }
    if (!namespace.isEmpty()
        && request.isResource()
        && !request.namespace().equals(namespace)
        && !isReview(request)) {
      return refused(
          SafeText.format(
              "jtsh: this session uses namespace {} only (--namespace-only)",
              SafeText.of(namespace)));
    }
    return Optional.empty();
  }

  /** What to ask before a request that {@link #refuse} let pass; empty for nothing. */
  Optional<SafeText> question(String kubeCluster, String method, String path) {
    if (!confirmDelete || !(method.equals("DELETE") || method.equals("POST"))) {
      return Optional.empty();
    }
    try {
      KubeRequest request = KubeRequest.parse(method, path);
      boolean eviction = request.subresource().equals("eviction");
      if (method.equals("POST") && !eviction) {
        return Optional.empty();
      }
      String in = request.resource().equals("namespaces") ? "" : request.namespace();
      return Optional.of(
          SafeText.format(
              "{} {}{}{} in {}?",
              SafeText.literal(eviction ? "evict" : "delete"),
              SafeText.of(
                  request.verb().equals("deletecollection")
                      ? "ALL " + request.resource()
                      : request.isResource() ? request.resource() : request.path()),
              SafeText.of(request.name().isEmpty() ? "" : " " + request.name()),
              SafeText.of(in.isEmpty() ? "" : " of namespace " + in),
              SafeText.of(kubeCluster)));
    } catch (BadKubeRequestException e) {
      // With this guard, refuse() has let no such path pass.
      return Optional.of(SafeText.format("delete something in {}?", SafeText.of(kubeCluster)));
    }
  }

  /** Questions about permissions are asked with "create" and change nothing. */
  private static boolean isReview(KubeRequest request) {
    return request.verb().equals("create")
        && request.subresource().isEmpty()
        && (request.apiGroup().equals("authorization.k8s.io")
            || request.apiGroup().equals("authentication.k8s.io"))
        && request.resource().startsWith("self");
  }

  private static String what(KubeRequest request) {
    String resource = request.isResource() ? request.resource() : request.path();
    return request.subresource().isEmpty()
        ? request.verb() + " " + resource
        : request.verb() + " " + resource + "/" + request.subresource();
  }

  private static Optional<KubeStatus> refused(SafeText why) {
    return Optional.of(KubeStatus.forbidden(why));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import java.util.List;

/**
 * What a request to a Kubernetes API server asks for, in the words of its authorisation rules.
 *
 * @param verb {@code get}, {@code list}, {@code watch}, {@code create}, {@code update}, {@code
 *     patch}, {@code delete}, {@code deletecollection}; for a path that is no resource the method
 *     in lower case
 * @param apiGroup API group; empty for the core group and for no resource
 * @param apiVersion version in the group; empty for no resource
 * @param namespace namespace, or empty
 * @param resource plural kind, or empty for no resource
 * @param subresource such as {@code exec}, or empty
 * @param name object name, or empty
 * @param path the decoded path; never holds an empty, {@code .} or {@code ..} segment
 * @param target path and query as they shall be sent on: written anew from what was understood, so
 *     that nothing else can be read out of them
 */
public record KubeRequest(
    String verb,
    String apiGroup,
    String apiVersion,
    String namespace,
    String resource,
    String subresource,
    String name,
    String path,
    String target) {
  /**
   * Reads a request, by the same rules as the API server and more strictly (security rule 7):
   * spellings that two programs could read differently are refused.
   *
   * @param method HTTP method, upper case
   * @param target origin-form target: path, and query after {@code ?}
   * @throws BadKubeRequestException if the target or method is refused
   */
  public static KubeRequest parse(String method, String target) {
    return new KubeRequestParser(method, target).parse();
  }

  /** Whether it asks for a resource; else for a plain path such as {@code /version}. */
  public boolean isResource() {
    return !resource.isEmpty();
  }

  /** Whether it can change or start something, or open a way into a pod or node. */
  public boolean isWrite() {
    boolean reads = List.of("get", "list", "watch", "head", "options").contains(verb);
    return !reads || UpgradeTargets.isUpgradable(this);
  }

  /** Whether it is a question about what the API holds, which is not worth an audit event. */
  public boolean isDiscovery() {
    return !isResource()
        && (path.equals("/api")
            || path.equals("/apis")
            || path.startsWith("/api/")
            || path.startsWith("/apis/")
            || path.equals("/openapi")
            || path.startsWith("/openapi/"));
  }
}

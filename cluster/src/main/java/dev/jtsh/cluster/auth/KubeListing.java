// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.proto.IsMFARequiredRequest;
import dev.jtsh.protocol.grpc.proto.ListResourcesRequest;
import dev.jtsh.protocol.grpc.proto.ListResourcesResponse;
import dev.jtsh.protocol.grpc.proto.PaginatedResource;
import dev.jtsh.protocol.grpc.types.KubernetesClusterV3;
import dev.jtsh.protocol.grpc.types.KubernetesServerSpecV3;
import dev.jtsh.protocol.grpc.types.KubernetesServerV3;
import dev.jtsh.protocol.grpc.types.Metadata;
import dev.jtsh.protocol.web.WireTime;
import java.util.List;
import java.util.function.Predicate;

/** Lists the Kubernetes clusters a caller may see, page by page (teleport-wire §6.5, §6.3). */
final class KubeListing {
  private static final int PAGE_MAX = 1000;

  private final Auth auth;

  KubeListing(Auth auth) {
    this.auth = auth;
  }

  /**
   * A page.
   *
   * @param visible what the caller may see at all
   */
  ListResourcesResponse list(ListResourcesRequest request, Predicate<KubeClusterRecord> visible) {
    boolean servers = request.getResourceType().equals("kube_server");
    if (!servers && !request.getResourceType().equals("kube_cluster")) {
      throw new WireException(
          ErrorKind.NOT_IMPLEMENTED,
          "resource type %s does not support pagination".formatted(request.getResourceType()));
    }
    int limit = request.getLimit() <= 0 ? PAGE_MAX : Math.min(request.getLimit(), PAGE_MAX);
    Predicate<KubeClusterRecord> wanted =
        visible
            .and(ResourceFilter.labels(request.getLabelsMap()))
            .and(ResourceFilter.search(request.getSearchKeywordsList()))
            .and(ResourceFilter.expression(request.getPredicateExpression()));
    List<KubeServer> matching =
        auth.kubeServers().stream()
            .filter(s -> wanted.test(new KubeClusterRecord(s.name(), s.labels())))
            .filter(s -> startKey(s).compareTo(request.getStartKey()) >= 0)
            .toList();
    var response = ListResourcesResponse.newBuilder();
    matching.stream()
        .limit(limit)
        .forEach(s -> response.addResources(servers ? server(s) : cluster(s)));
    if (matching.size() > limit) {
      response.setNextKey(startKey(matching.get(limit)));
    }
    return response.build();
  }

  /**
   * Whether a session on the target needs a fresh MFA proof: all roles or none decide at once, a
   * mixture by the roles that grant the cluster.
   */
  boolean isMfaRequired(List<Role> roles, IsMFARequiredRequest request) {
    if (roles.stream().noneMatch(Role::requireSessionMfa)) {
      return false;
    }
    if (roles.stream().allMatch(Role::requireSessionMfa)) {
      return true;
    }
    String name = request.getKubernetesCluster();
    if (name.isEmpty()) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "missing KubernetesCluster");
    }
    KubeClusterRecord cluster =
        auth.access()
            .kubeCluster(name)
            .orElseThrow(() ->
                new WireException(
                    ErrorKind.NOT_FOUND, "kubernetes cluster \"%s\" not found".formatted(name)));
    return KubeAccess.granting(roles, cluster).stream().anyMatch(Role::requireSessionMfa);
  }

  private static String startKey(KubeServer server) {
    return server.name() + "/" + server.hostId();
  }

  private static PaginatedResource server(KubeServer server) {
    return PaginatedResource.newBuilder()
        .setKubernetesServer(
            KubernetesServerV3.newBuilder()
                .setKind("kube_server")
                .setVersion("v3")
                .setMetadata(metadata(server).setExpires(WireTime.timestamp(server.expires())))
                .setSpec(
                    KubernetesServerSpecV3.newBuilder()
                        .setVersion(server.version())
                        .setHostname(server.hostname())
                        .setHostId(server.hostId())
                        .setCluster(clusterResource(server))))
        .build();
  }

  private static PaginatedResource cluster(KubeServer server) {
    return PaginatedResource.newBuilder().setKubeCluster(clusterResource(server)).build();
  }

  private static KubernetesClusterV3 clusterResource(KubeServer server) {
    return KubernetesClusterV3.newBuilder()
        .setKind("kube_cluster")
        .setVersion("v3")
        .setMetadata(metadata(server))
        .build();
  }

  private static Metadata.Builder metadata(KubeServer server) {
    return Metadata.newBuilder()
        .setName(server.name())
        .setNamespace("default")
        .putAllLabels(server.labels());
  }
}

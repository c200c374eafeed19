// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.http.Ruling;
import dev.jtsh.cluster.http.TunnelHeaders;
import dev.jtsh.pki.SubjectAttribute;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.kube.KubeRequest;
import dev.jtsh.protocol.kube.StreamParameters;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One audit event per request that reached the API server (teleport-wire §8.9). */
final class KubeAudit {
  private static final int SWITCHED = 101;
  private static final int COMMAND_CHARS_MAX = 4096;

  private final AuditLog log;
  private final String serverId;

  KubeAudit(AuditLog log, String serverId) {
    this.log = log;
    this.serverId = serverId;
  }

  /** The user's address as the proxy saw it; null if it did not say. */
  static @Nullable InetAddress callerAddress(HttpHeaders headers) {
    String text = headers.get(TunnelHeaders.CALLER_ADDRESS);
    int colon = text == null ? -1 : text.lastIndexOf(':');
    if (text == null || colon < 0) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text.substring(0, colon).replace("[", "").replace("]", ""));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Writes the event when the answer's status is known. */
  Ruling.Observer observer(
      UserIdentity user,
      String kubeCluster,
      KubeAuthorizer.Allowed allowed,
      Impersonation as,
      KubeRequest request,
      String method,
      HttpRequest raw) {
    if (request.isDiscovery()) {
      return Ruling.Observer.NONE;
    }
    String address = raw.headers().get(TunnelHeaders.CALLER_ADDRESS, "");
    String subresource = request.subresource();
    return new Ruling.Observer() {
      @Override
      public void answered(int status) {
        AuditEvent.Builder event = AuditEvent.of(type(subresource, status));
        event
            .with("user", user.username())
            .with("login", as.user())
            .with("impersonator", user.attribute(SubjectAttribute.IMPERSONATOR).orElse(""))
            .with("with_mfa", user.mfaVerified().orElse(""))
            .with("headless_id", user.headlessRequestId().orElse(""))
            .with("addr.remote", address)
            .with("protocol", "kube")
            .with("server_id", serverId)
            .with("request_path", request.path())
            .with("verb", method)
            .with("resource_api_group", group(request))
            .with("resource_namespace", request.namespace())
            .with("resource_kind", kind(request))
            .with("resource_name", request.name())
            .with("response_code", status)
            .with("kubernetes_cluster", kubeCluster)
            .with("kubernetes_users", List.of(as.user()))
            .with("kubernetes_groups", as.groups());
        StreamParameters.of(request)
            .ifPresent(stream ->
                event
                    .with("command", bounded(stream.commandLine()))
                    .with("interactive", stream.isInteractive())
                    .with("kubernetes_pod_namespace", request.namespace())
                    .with("kubernetes_pod_name", request.name())
                    .with("kubernetes_container_name", bounded(stream.container())));
        if (!allowed.labels().isEmpty()) {
          event.with("kubernetes_labels", allowed.labels());
        }
        log.emit(event.build());
      }

      @Override
      public void ended() {}
    };
  }

  private static String bounded(String text) {
    return text.length() <= COMMAND_CHARS_MAX ? text : text.substring(0, COMMAND_CHARS_MAX) + "…";
  }

  private static AuditEvent.Type type(String subresource, int status) {
    boolean done = status == SWITCHED;
    return switch (subresource) {
      case "exec", "attach" -> done ? AuditEvent.Type.EXEC : AuditEvent.Type.EXEC_FAILED;
      case "portforward" ->
          done ? AuditEvent.Type.PORT_FORWARD : AuditEvent.Type.PORT_FORWARD_FAILED;
      default -> AuditEvent.Type.KUBE_REQUEST;
    };
  }

  private static String group(KubeRequest request) {
    if (!request.isResource()) {
      return "";
    }
    String group = request.apiGroup().isEmpty() ? "core" : request.apiGroup();
    return group + "/" + request.apiVersion();
  }

  private static String kind(KubeRequest request) {
    return request.subresource().isEmpty()
        ? request.resource()
        : request.resource() + "/" + request.subresource();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.cluster.http.OwnAnswer;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Refusals in the forms that kubectl understands (teleport-wire §7.5, §8.5). */
public final class KubeAnswers {
  private static final String VERSION_PATH = "/version";
  private static final int BAD_GATEWAY = HttpResponseStatus.BAD_GATEWAY.code();

  private KubeAnswers() {}

  /** A Status as an answer. */
  public static OwnAnswer status(KubeStatus status) {
    return new OwnAnswer(status.code(), KubeStatus.CONTENT_TYPE, status.toJson());
  }

  /**
   * A refusal of this request: a Status, but plain text with 500 for {@code /version}, as clients
   * expect it there.
   */
  public static OwnAnswer refusal(KubeStatus status, String target) {
    if (!target.equals(VERSION_PATH) && !target.startsWith(VERSION_PATH + "?")) {
      return status(status);
    }
    return new OwnAnswer(
        HttpResponseStatus.INTERNAL_SERVER_ERROR.code(),
        "text/plain; charset=utf-8",
        status.message().toString().getBytes(StandardCharsets.UTF_8));
  }

  /** How an agent tells faults of its exchanges: upstream is the API server. */
  public static OwnAnswer agentFault(int code, String message) {
    return code == BAD_GATEWAY
        ? unreachable(
            SafeText.literal(
                "the Kubernetes API server does not answer jtsh's agent: try again later; if it"
                    + " stays so, tell your administrator"))
        : fault(code, message);
  }

  /** How the proxy tells faults of its exchanges: upstream is an agent. */
  public static OwnAnswer proxyFault(int code, String message) {
    return code == BAD_GATEWAY
        ? unreachable(
            SafeText.literal(
                "the agent of this Kubernetes cluster does not answer: try again later; if it"
                    + " stays so, tell your administrator"))
        : fault(code, message);
  }

  private static OwnAnswer fault(int code, String message) {
    SafeText text = SafeText.of(message);
    return status(
        switch (code) {
          case 400 -> KubeStatus.badRequest(text);
          case 403 -> KubeStatus.forbidden(text);
          case 503 -> KubeStatus.unavailable(text);
          default -> new KubeStatus(500, "InternalError", text);
        });
  }

  private static OwnAnswer unreachable(SafeText message) {
    KubeStatus status = KubeStatus.badGateway(message);
    return new OwnAnswer(
        status.code(), KubeStatus.CONTENT_TYPE, status.toJson(), Optional.of(status.warning()));
  }

  /** The kube cluster is not there; proxy and agent say it alike. */
  public static KubeStatus notServed(String kubeCluster, String teleportCluster) {
    return new KubeStatus(
        404,
        "NotFound",
        SafeText.format(
            "kubernetes cluster \"{}\" is not found in teleport cluster \"{}\"",
            SafeText.of(kubeCluster),
            SafeText.of(teleportCluster)));
  }

  /** The general refusal. */
  public static KubeStatus denied() {
    return KubeStatus.forbidden(SafeText.literal("[00] access denied"));
  }
}

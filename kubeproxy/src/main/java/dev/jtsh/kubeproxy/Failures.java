// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What kubectl shows when the proxy has to answer itself: what happened, and what to do. */
final class Failures {

  private Failures() {}

  static KubeStatus tooManyWaiting() {
    return new KubeStatus(
        429,
        "TooManyRequests",
        SafeText.literal("jtsh: too many requests are waiting; try again in a moment"));
  }

  static KubeStatus identityTimeout(String kubeCluster) {
    return timeout(
        SafeText.format(
            "jtsh: access to kube cluster \"{}\" has ended and was not renewed in time: run `jtsh"
                + " renew`",
            SafeText.of(kubeCluster)));
  }

  static KubeStatus staleWrite() {
    return timeout(
        SafeText.literal(
            "jtsh: this change waited too long for a new approval and was not made; run it again"
                + " if it is still wanted"));
  }

  static KubeStatus certificateEnded(String kubeCluster) {
    return new KubeStatus(
        503,
        "ServiceUnavailable",
        SafeText.format(
            "jtsh: the certificate for kube cluster \"{}\" has expired: run `jtsh renew`; if that"
                + " does not help, compare this machine's clock with the cluster's",
            SafeText.of(kubeCluster)));
  }

  static KubeStatus noRoom() {
    return timeout(
        SafeText.literal(
            "jtsh: all connections to the cluster are busy; end some watches or try again"));
  }

  static KubeStatus badRequest(BadMessageException reason) {
    String message = reason.getMessage();
    return KubeStatus.badRequest(
        SafeText.format(
            "jtsh: the request was refused: {}", SafeText.of(message == null ? "" : message)));
  }

  static KubeStatus malformed() {
    return KubeStatus.badRequest(SafeText.literal("jtsh: the request is malformed"));
  }

  static KubeStatus headersTooLarge() {
    return new KubeStatus(
        431, "BadRequest", SafeText.literal("jtsh: the request's header block is too large"));
  }

  /** The launcher could not give an identity. */
  static KubeStatus ofIdentity(String kubeCluster, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof IdentityUnavailableException known) {
      return new KubeStatus(known.httpStatus(), reason(known.httpStatus()), known.text());
    }
    return KubeStatus.unavailable(
        SafeText.format(
            "jtsh: no certificate for kube cluster \"{}\": {}",
            SafeText.of(kubeCluster),
            SafeText.of(message(cause))));
  }

  /** The cluster was not reached, or broke off. */
  static KubeStatus ofUpstream(UpstreamTarget target, String kubeCluster, Throwable cause) {
    SafeText where = SafeText.ofHostName(target.authority());
    if (isExpiredAlert(cause)) {
      return certificateEnded(kubeCluster);
    }
    if (find(cause, UnknownHostException.class) != null) {
      return KubeStatus.unavailable(
          SafeText.format(
              "jtsh: the name of the proxy {} is not known here: check the network and --proxy",
              where));
    }
    if (find(cause, ConnectTimeoutException.class) != null
        || find(cause, SslHandshakeTimeoutException.class) != null) {
      return timeout(
          SafeText.format(
              "jtsh: the proxy {} did not answer in time: check the network, then try again",
              where));
    }
    if (find(cause, ConnectException.class) != null
        || find(cause, NoRouteToHostException.class) != null) {
      return KubeStatus.unavailable(
          SafeText.format(
              "jtsh: cannot connect to the proxy {}: it is down or the network is cut; try again",
              where));
    }
    BadMessageException bad = find(cause, BadMessageException.class);
    if (bad != null) {
      return KubeStatus.badGateway(
          SafeText.format(
              "jtsh: the answer of the proxy {} cannot be passed on: {}",
              where,
              SafeText.of(message(bad))));
    }
    SSLException tls = find(cause, SSLException.class);
    if (tls != null) {
      return KubeStatus.badGateway(
          SafeText.format(
              "jtsh: no secure connection to the proxy {}: {}", where, SafeText.of(message(tls))));
    }
    return KubeStatus.badGateway(
        SafeText.format(
            "jtsh: the connection to the proxy {} broke before it answered: {}",
            where,
            SafeText.of(message(cause))));
  }

  /** Whether nobody was reached at all: the network may be back in a moment. */
  static boolean isUnreachable(Throwable cause) {
    return find(cause, UnknownHostException.class) != null
        || find(cause, ConnectTimeoutException.class) != null
        || find(cause, ConnectException.class) != null
        || find(cause, NoRouteToHostException.class) != null;
  }

  /**
   * Whether the peer refused our certificate as expired. In TLS 1.3 it says so after the handshake
   * has ended for us (measured: teleport-wire-proven A14).
   */
  static boolean isExpiredAlert(Throwable cause) {
    SSLException tls = find(cause, SSLException.class);
    return tls != null && message(tls).toLowerCase(Locale.ROOT).contains("certificate_expired");
  }

  private static KubeStatus timeout(SafeText text) {
    return new KubeStatus(504, "Timeout", text);
  }

  private static String reason(int status) {
    return switch (status) {
      case 400 -> "BadRequest";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "NotFound";
      case 429 -> "TooManyRequests";
      case 503 -> "ServiceUnavailable";
      case 504 -> "Timeout";
      default -> "InternalError";
    };
  }

  private static String message(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private static <T extends Throwable> @Nullable T find(Throwable cause, Class<T> type) {
    Throwable at = cause;
    for (int depth = 0; at != null && depth < 10; depth++) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
      at = at.getCause();
    }
    return null;
  }
}

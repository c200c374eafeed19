// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireError;
import dev.jtsh.protocol.text.SafeText;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Tells the ways apart in which a gRPC call to the auth server can fail. */
final class CallFailures {
  /** What grpc-java says when the server ends the connection without a word. */
  private static final String CLOSED_WITHOUT_REASON = "Network closed for unknown reason";

  private static final SafeText LOGIN_AGAIN =
      SafeText.literal("log in again: the certificate has expired or is not for this use");

  private CallFailures() {}

  /**
   * What a failed call means.
   *
   * @param answered whether this connection has brought an answer before
   */
  static ClientException of(
      SafeText action, ProxyAddress proxy, StatusRuntimeException failure, boolean answered) {
    Status status = failure.getStatus();
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED ->
          new ClientException.TimedOut(
              SafeText.format(
                  "{}: the auth server behind {} did not answer in time", action, name(proxy)),
              failure);
      case CANCELLED ->
          new ClientException.Cancelled(SafeText.format("{}: stopped", action), failure);
      case UNAVAILABLE -> unavailable(action, proxy, failure, answered);
      default -> {
        WireError error = WireError.ofGrpc(status);
        SafeText reason = SafeText.of(error.message());
        yield new ClientException.Refused(
            error.kind(), SafeText.format("{}: {}", action, reason), reason, hint(error));
      }
    };
  }

  private static ClientException unavailable(
      SafeText action, ProxyAddress proxy, StatusRuntimeException failure, boolean answered) {
    String description = String.valueOf(failure.getStatus().getDescription());
    if (!answered && description.contains(CLOSED_WITHOUT_REASON)) {
      // TLS was fine, then the server hung up: so a real auth server treats a certificate that
      // was made for Kubernetes only. Asking again would end the same way.
      return new ClientException.CertificateRejected(
          SafeText.format("{}: the auth server does not accept our certificate", action),
          LOGIN_AGAIN,
          failure);
    }
    for (Throwable cause : causes(failure)) {
      if (cause instanceof SSLException && isCertificateAlert(cause)) {
        return new ClientException.CertificateRejected(
            SafeText.format("{}: the auth server does not accept our certificate", action),
            LOGIN_AGAIN,
            failure);
      }
      if (cause instanceof CertificateException || isVerificationFailure(cause)) {
        return new ClientException.UntrustedCertificate(
            SafeText.format(
                "{}: the auth server behind {} is not of the cluster we know", action, name(proxy)),
            SafeText.literal("log in again; if this goes on, somebody may be in between"),
            failure);
      }
      if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
        return new ClientException.Unreachable(
            SafeText.format("{}: nothing answers at {}", action, name(proxy)),
            SafeText.literal("check host and port of the proxy (--proxy), and the network"),
            failure);
      }
    }
    return new ClientException.ConnectionLost(
        SafeText.format("{}: the connection through {} was cut", action, name(proxy)), failure);
  }

  private static SafeText hint(WireError error) {
    if (error.kind() == ErrorKind.ACCESS_DENIED && error.message().contains("expired")) {
      return SafeText.literal("log in again");
    }
    return SafeText.empty();
  }

  private static boolean isCertificateAlert(Throwable cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("alert")
        && (text.contains("certificate")
            || text.contains("unknown_ca")
            || text.contains("unknown ca"));
  }

  private static boolean isVerificationFailure(Throwable cause) {
    return cause instanceof CertPathValidatorException || cause instanceof CertPathBuilderException;
  }

  private static SafeText name(ProxyAddress proxy) {
    return SafeText.ofHostName(proxy.hostPort());
  }

  private static Iterable<Throwable> causes(Throwable failure) {
    var chain = new ArrayList<Throwable>();
    @Nullable Throwable cause = failure.getCause();
    while (cause != null && chain.size() < 10) {
      chain.add(cause);
      cause = cause.getCause();
    }
    return chain;
  }
}

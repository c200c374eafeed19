// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.pki.tls.OtherNameException;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What a request to join that came to nothing means, for whoever starts the agent. */
final class JoinFailures {
  private static final int DEPTH_MAX = 10;

  private JoinFailures() {}

  /** The same failure, in words. */
  static IOException of(HostPort proxy, IOException failure, Instant now) {
    return new IOException("joining: " + why(proxy, failure, now), failure);
  }

  /** Something answers there that is no cluster of ours. */
  static IOException otherServer(HostPort proxy, int status) {
    return new IOException(
        "joining: %s answers (HTTP %d), but it is no jtsh-cluster; check \"proxy\""
            .formatted(proxy, status));
  }

  private static String why(HostPort proxy, IOException failure, Instant now) {
    if (find(failure, UnresolvedAddressException.class).isPresent()
        || find(failure, UnknownHostException.class).isPresent()) {
      return "no such host: %s; check \"proxy\" and this machine's name resolution"
          .formatted(proxy.host());
    }
    if (find(failure, ConnectException.class).isPresent()
        || find(failure, HttpConnectTimeoutException.class).isPresent()) {
      return "nothing answers at %s; check \"proxy\" and the network".formatted(proxy);
    }
    if (find(failure, HttpTimeoutException.class).isPresent()) {
      return "%s did not answer in time".formatted(proxy);
    }
    return failure instanceof SSLException
        ? ofTls(proxy, failure, now.truncatedTo(ChronoUnit.SECONDS))
        : "the connection to %s was cut".formatted(proxy);
  }

  private static String ofTls(HostPort proxy, IOException failure, Instant now) {
    String certificate = "the certificate of %s ".formatted(proxy);
    if (find(failure, CertificateExpiredException.class).isPresent()) {
      return certificate
          + "has expired by this machine's clock (%s): renew it, or set the clock".formatted(now);
    }
    if (find(failure, CertificateNotYetValidException.class).isPresent()) {
      return certificate
          + "is not valid yet by this machine's clock (%s): set the clock".formatted(now);
    }
    Optional<OtherNameException> other = find(failure, OtherNameException.class);
    if (other.isPresent()) {
      return certificate
          + "is for another name: %s; write that for \"proxy\""
              .formatted(SafeText.of(String.join(", ", other.get().names())));
    }
    if (find(failure, CertPathBuilderException.class).isPresent()
        || find(failure, CertPathValidatorException.class).isPresent()) {
      return certificate
          + "is not signed by a trusted one; \"ca_file\" names its authority, such as web-ca.pem of"
          + " the cluster's data directory";
    }
    return "%s does not speak TLS as a proxy does; check the port of \"proxy\"".formatted(proxy);
  }

  private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEPTH_MAX; depth++) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }
}

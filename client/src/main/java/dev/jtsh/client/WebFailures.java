// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Instant;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Tells the ways apart in which a web request can fail below HTTP. */
final class WebFailures {
  private static final int DEPTH_MAX = 10;

  private WebFailures() {}

  static ClientException of(SafeText action, ProxyAddress proxy, IOException failure, Instant now) {
    SafeText address = SafeText.ofHostName(proxy.hostPort());
    if (has(failure, UnresolvedAddressException.class)
        || has(failure, UnknownHostException.class)) {
      return new ClientException.Unreachable(
          SafeText.format("{}: no such host: {}", action, SafeText.ofHostName(proxy.host())),
          SafeText.literal("check the proxy address (--proxy) and this machine's name resolution"),
          failure);
    }
    if (has(failure, HttpConnectTimeoutException.class)
        || has(failure, ConnectException.class)
        || has(failure, NoRouteToHostException.class)) {
      return new ClientException.Unreachable(
          SafeText.format("{}: nothing answers at {}", action, address),
          SafeText.literal("check host and port of the proxy (--proxy), and the network"),
          failure);
    }
    if (has(failure, HttpTimeoutException.class)) {
      return new ClientException.TimedOut(
          SafeText.format("{}: {} did not answer in time", action, address), failure);
    }
    if (failure instanceof SSLException) {
      return ofTls(action, address, failure, now);
    }
    return new ClientException.ConnectionLost(
        SafeText.format("{}: the connection to {} was cut", action, address), failure);
  }

  private static ClientException ofTls(
      SafeText action, SafeText address, IOException failure, Instant now) {
    if (has(failure, CertificateNotYetValidException.class)) {
      return new ClientException.ClockSkew(
          SafeText.format(
              "{}: the certificate of {} is not valid yet by this machine's clock ({})",
              action,
              address,
              SafeText.of(now.toString())),
          SafeText.literal(
              "set this machine's clock; short-lived certificates need the right time"),
          failure);
    }
    if (has(failure, CertificateExpiredException.class)) {
      return new ClientException.UntrustedCertificate(
          SafeText.format(
              "{}: the certificate of {} has expired by this machine's clock ({})",
              action,
              address,
              SafeText.of(now.toString())),
          SafeText.literal("check this machine's clock; if it is right, tell the administrator"),
          failure);
    }
    if (has(failure, CertPathBuilderException.class)
        || has(failure, CertPathValidatorException.class)
        || has(failure, InvalidAlgorithmParameterException.class)) { // No anchor at all.
      return new ClientException.UntrustedCertificate(
          SafeText.format(
              "{}: the certificate of {} is not signed by a trusted one", action, address),
          SafeText.literal("give the cluster's web CA with --ca-file FILE or SSL_CERT_FILE"),
          failure);
    }
    if (has(failure, CertificateException.class)) {
      return new ClientException.UntrustedCertificate(
          SafeText.format("{}: the certificate of {} is for another name", action, address),
          SafeText.literal("use the name that is in the proxy's certificate (--proxy)"),
          failure);
    }
    if (failure instanceof SSLHandshakeException || isNoTls(failure)) {
      return new ClientException.NotAProxy(
          SafeText.format("{}: {} does not speak TLS as a proxy does", action, address),
          SafeText.literal("check the port of the proxy (--proxy)"),
          failure);
    }
    return new ClientException.ConnectionLost(
        SafeText.format("{}: the TLS connection to {} broke", action, address), failure);
  }

  /** JSSE has several sentences for first bytes that are no TLS record; all end so. */
  private static boolean isNoTls(IOException failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEPTH_MAX; depth++) {
      if (String.valueOf(cause.getMessage()).contains("SSL message")) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEPTH_MAX; depth++) {
      if (type.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.tls.OtherNameException;
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
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Tells the ways apart in which a web request can fail below HTTP. */
final class WebFailures {
  private static final int DEPTH_MAX = 10;
  private static final SafeText LATER = SafeText.literal("a later time");
  private static final SafeText EARLIER = SafeText.literal("an earlier time");

  private WebFailures() {}

  /**
   * What a failure means.
   *
   * @param through the HTTP proxy on the way, which may be the one who failed
   * @param now by this machine's clock
   */
  static ClientException of(
      SafeText action,
      ProxyAddress proxy,
      Optional<HttpProxy> through,
      IOException failure,
      Instant now) {
    SafeText address = SafeText.ofHostName(proxy.hostPort());
    if (failure instanceof SSLException) {
      return ofTls(action, address, failure, now);
    }
    if (has(failure, HttpTimeoutException.class)
        && !has(failure, HttpConnectTimeoutException.class)) {
      return new ClientException.TimedOut(
          SafeText.format("{}: {} did not answer in time", action, address), failure);
    }
    if (through.isPresent() && !isAbout("WWW-Authenticate", failure)) {
      return HttpProxyFailures.of(action, address, through.get(), failure);
    }
    if (isAbout("WWW-Authenticate", failure) || isAbout("Proxy-Authenticate", failure)) {
      return PingAnswers.ofSomethingElse(proxy, failure);
    }
    if (isUnknownHost(failure)) {
      return new ClientException.Unreachable(
          SafeText.format("{}: no such host: {}", action, SafeText.ofHostName(proxy.host())),
          SafeText.literal("check the proxy address (--proxy) and this machine's name resolution"),
          failure);
    }
    if (isNobodyThere(failure)) {
      return new ClientException.Unreachable(
          SafeText.format("{}: nothing answers at {}", action, address),
          SafeText.literal("check host and port of the proxy (--proxy), and the network"),
          failure);
    }
    return new ClientException.ConnectionLost(
        SafeText.format("{}: the connection to {} was cut", action, address), failure);
  }

  static boolean isUnknownHost(IOException failure) {
    return has(failure, UnresolvedAddressException.class)
        || has(failure, UnknownHostException.class);
  }

  static boolean isNobodyThere(IOException failure) {
    return has(failure, HttpConnectTimeoutException.class)
        || has(failure, ConnectException.class)
        || has(failure, NoRouteToHostException.class);
  }

  /** Java's web client fails where such an answer does not say which kind of login it wants. */
  private static boolean isAbout(String header, IOException failure) {
    return String.valueOf(failure.getMessage()).startsWith(header);
  }

  private static ClientException ofTls(
      SafeText action, SafeText address, IOException failure, Instant now) {
    Optional<X509Certificate> refused = refusedCertificate(failure);
    if (has(failure, CertificateNotYetValidException.class)) {
      return new ClientException.ClockSkew(
          SafeText.format(
              "{}: the certificate of {} is valid from {} on, and this machine's clock says {}",
              action,
              address,
              refused.map(one -> time(one.getNotBefore().toInstant())).orElse(LATER),
              time(now)),
          SafeText.literal(
              "set this machine's clock; if it is right, the proxy's administrator has to replace"
                  + " the certificate"),
          failure);
    }
    if (has(failure, CertificateExpiredException.class)) {
      return new ClientException.UntrustedCertificate(
          SafeText.format(
              "{}: the certificate of {} has expired at {}, and this machine's clock says {}",
              action,
              address,
              refused.map(one -> time(one.getNotAfter().toInstant())).orElse(EARLIER),
              time(now)),
          SafeText.literal(
              "if that clock is right, the proxy's administrator has to renew the certificate;"
                  + " else set the clock"),
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
          SafeText.format(
              "{}: the certificate of {} is for another name{}", action, address, names(failure)),
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

  private static SafeText time(Instant instant) {
    return SafeText.of(instant.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private static Optional<X509Certificate> refusedCertificate(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEPTH_MAX; depth++) {
      if (cause instanceof CertPathValidatorException path
          && path.getCertPath() != null
          && path.getIndex() >= 0
          && path.getCertPath().getCertificates().get(path.getIndex())
              instanceof X509Certificate certificate) {
        return Optional.of(certificate);
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  /** The names it is for, where they are known: what the administrator should have said. */
  private static SafeText names(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEPTH_MAX; depth++) {
      if (cause instanceof OtherNameException other && !other.names().isEmpty()) {
        return SafeText.format(": {}", SafeText.of(String.join(", ", other.names())));
      }
      cause = cause.getCause();
    }
    return SafeText.empty();
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

  static boolean has(Throwable failure, Class<? extends Throwable> type) {
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

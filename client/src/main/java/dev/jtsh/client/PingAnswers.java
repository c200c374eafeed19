// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.error.WireError;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who answers a first question, by the answer: a cluster, a box before it, or something else. It is
 * asked of an address that a person typed, so anything may be there.
 */
final class PingAnswers {
  private static final SafeText CHECK =
      SafeText.literal("check host and port of the proxy (--proxy)");

  private PingAnswers() {}

  /**
   * What is wrong, as far as the status tells.
   *
   * @param through the HTTP proxy on the way
   * @return empty for 200
   */
  static Optional<ClientException> failure(
      SafeText action,
      ProxyAddress proxy,
      Optional<HttpProxy> through,
      HttpResponse<byte[]> response) {
    int status = response.statusCode();
    if (status == 200) {
      return Optional.empty();
    }
    if (isGateway(status)) {
      return Optional.of(gateway(action, status));
    }
    if (status == 407 && through.isPresent()) {
      SafeText name = SafeText.ofHostName(through.get().toString());
      return Optional.of(HttpProxyFailures.wantsPassword(action, name, null));
    }
    if (status >= 300 && status < 400) {
      return Optional.of(redirect(proxy, response));
    }
    boolean ours = status == 400 || status == 429 || status >= 500;
    return Optional.of(
        ours && WireError.isInBody(response.body())
            ? WebClient.refused(action, response)
            : ofSomethingElse(proxy));
  }

  /** Whoever answers so has not asked the cluster, or in vain. */
  static boolean isGateway(int status) {
    return status == 502 || status == 503 || status == 504;
  }

  static ClientException gateway(SafeText action, int status) {
    return new ClientException.Gateway(
        SafeText.format(
            "{}: the cluster is not reached, something before it answers HTTP {}",
            action,
            SafeText.of(Integer.toString(status))),
        SafeText.literal("try again; if it goes on, tell the administrator"));
  }

  /** Anything else that speaks HTTP. */
  static ClientException ofSomethingElse(ProxyAddress proxy) {
    return ofSomethingElse(proxy, null);
  }

  /** The same of an answer that ended as an exception. */
  static ClientException ofSomethingElse(ProxyAddress proxy, @Nullable IOException failure) {
    return new ClientException.NotAProxy(
        SafeText.format(
            "{} answers, but it is not the proxy of a Teleport or jtsh cluster",
            SafeText.ofHostName(proxy.hostPort())),
        CHECK,
        failure);
  }

  private static ClientException redirect(ProxyAddress proxy, HttpResponse<byte[]> response) {
    return new ClientException.NotAProxy(
        SafeText.format(
            "{} sends us elsewhere{}: it is not the proxy of a Teleport or jtsh cluster, or a"
                + " login page stands before it",
            SafeText.ofHostName(proxy.hostPort()),
            host(response.headers().firstValue("location").orElse(""))
                .map(to -> SafeText.format(", to {}", SafeText.ofHostName(to)))
                .orElse(SafeText.empty())),
        SafeText.literal(
            "check host and port of the proxy (--proxy); what stands before it must let"
                + " /webapi through"),
        null);
  }

  private static Optional<String> host(String location) {
    try {
      @Nullable String host = URI.create(location).getHost();
      return Optional.ofNullable(host);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a web request's failure means that was to go through an HTTP proxy: which of the two is at
 * fault. Java's web client tells what the proxy said only in the text of its exceptions.
 */
final class HttpProxyFailures {
  private static final Pattern REFUSED = Pattern.compile("Tunnel failed, got: ([0-9]{3})");
  private static final String WANTS_PASSWORD = "Proxy-Authenticate";
  private static final String STOPPED_SHORT = "header parser received no bytes";
  private static final SafeText CHECK =
      SafeText.literal("check HTTPS_PROXY; NO_PROXY names the hosts that need none");

  private HttpProxyFailures() {}

  static ClientException of(
      SafeText action, SafeText address, HttpProxy through, IOException failure) {
    SafeText proxy = SafeText.ofHostName(through.toString());
    if (WebFailures.isUnknownHost(failure)) {
      return new ClientException.Unreachable(
          SafeText.format("{}: no such host: the HTTP proxy {}", action, proxy), CHECK, failure);
    }
    if (WebFailures.isNobodyThere(failure)) {
      return new ClientException.Unreachable(
          SafeText.format("{}: nothing answers at the HTTP proxy {}", action, proxy),
          CHECK,
          failure);
    }
    String said = String.valueOf(failure.getMessage());
    Matcher refused = REFUSED.matcher(said);
    if (said.contains(WANTS_PASSWORD) || (refused.find() && refused.group(1).equals("407"))) {
      return wantsPassword(action, proxy, failure);
    }
    refused.reset();
    if (refused.find()) {
      return new ClientException.Unreachable(
          SafeText.format(
              "{}: the HTTP proxy {} does not connect us with {} (HTTP {})",
              action,
              proxy,
              address,
              SafeText.of(refused.group(1))),
          SafeText.literal(
              "check host and port (--proxy), or ask whoever runs the HTTP proxy to let it through;"
                  + " HTTPS_PROXY names it, NO_PROXY the hosts that need none"),
          failure);
    }
    if (failure instanceof ProtocolException || said.contains(STOPPED_SHORT)) {
      return new ClientException.Unreachable(
          SafeText.format("{}: {} does not answer as an HTTP proxy does", action, proxy),
          CHECK,
          failure);
    }
    return new ClientException.ConnectionLost(
        SafeText.format(
            "{}: the connection to {} through the HTTP proxy {} was cut", action, address, proxy),
        failure);
  }

  /** Of an answer 407, as an exception or as it came. */
  static ClientException wantsPassword(
      SafeText action, SafeText proxy, @Nullable IOException failure) {
    return new ClientException.Unreachable(
        SafeText.format("{}: the HTTP proxy {} wants another user and password", action, proxy),
        SafeText.literal("write them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT"),
        failure);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.channel.WebSocketPipe;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/**
 * Asks the proxy to make a pipe of a web connection, as a WebSocket and in the older form without
 * frames in one request: the server takes what it knows (teleport-wire §5.6, and -newer §e).
 */
final class ConnectionUpgradeRequest {
  private static final int SWITCHING = 101;
  private static final int NOT_FOUND = 404;
  private static final int KEY_BYTES = 16;

  private final ProxyAddress proxy;
  private final String key;

  ConnectionUpgradeRequest(ProxyAddress proxy, SecureRandom random) {
    this.proxy = proxy;
    byte[] bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    this.key = Base64.getEncoder().encodeToString(bytes);
  }

  byte[] head() {
    List<String> lines =
        List.of(
            "GET /webapi/connectionupgrade HTTP/1.1",
            "Host: " + proxy.hostPort(),
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Upgrade: alpn",
            "X-Teleport-Upgrade: alpn",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: alpn",
            "Sec-WebSocket-Key: " + key);
    return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Adds what the answer calls for; the bytes that come after belong to the pipe.
   *
   * @throws IOException if the answer is no upgrade
   */
  void accept(AnswerHead answer, ChannelPipeline pipeline) throws IOException {
    if (answer.status() == NOT_FOUND) {
      throw new IOException(
          "the proxy is behind a load balancer and does not know connection upgrades");
    }
    if (answer.status() != SWITCHING) {
      throw new IOException("the connection upgrade was refused: HTTP " + answer.status());
    }
    String form = answer.field("upgrade");
    if (form.equalsIgnoreCase("alpn")) {
      return;
    }
    if (!form.equalsIgnoreCase("websocket")
        || !answer.field("sec-websocket-accept").equals(WebSocketPipe.accept(key))
        || !answer.field("sec-websocket-protocol").equals("alpn")) {
      throw new IOException("the connection upgrade was answered wrongly");
    }
    WebSocketPipe.ofClient(pipeline);
  }
}

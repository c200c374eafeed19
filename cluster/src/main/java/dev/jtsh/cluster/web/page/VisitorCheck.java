// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jtsh.cluster.auth.WebSessions;
import dev.jtsh.cluster.net.WebOrigin;
import dev.jtsh.cluster.proxy.WebRequest;
import dev.jtsh.protocol.json.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Who sends a request of the page, and whether it is the page that sends it. */
final class VisitorCheck {
  private static final String COOKIE = "__Host-session";
  private static final String BEARER = "Bearer ";
  private static final int COOKIE_CHARS_MAX = 2048;
  private static final ObjectMapper MAPPER = WireJson.newMapper();

  private VisitorCheck() {}

  /**
   * Whether the browser says that a page of ours sends this. A browser names the origin with every
   * POST, PUT and DELETE; other programs have no cookies of a person that could be abused.
   *
   * @param publicAddress {@code host:port} of the web port
   */
  static boolean isFromOwnPage(WebRequest request, String publicAddress) {
    List<String> origins = request.headers().getOrDefault("Origin", List.of());
    List<String> sites = request.headers().getOrDefault("Sec-Fetch-Site", List.of());
    return origins.equals(List.of(WebOrigin.of(publicAddress)))
        && (sites.isEmpty() || sites.equals(List.of("same-origin")));
  }

  /** Who is logged in: cookie and header must belong to one session. */
  static Optional<WebSessions.Visitor> visitor(WebRequest request, WebSessions sessions) {
    Optional<String> bearer =
        request
            .header("Authorization")
            .filter(value -> value.startsWith(BEARER))
            .map(value -> value.substring(BEARER.length()));
    Optional<String> id = cookie(request, COOKIE).flatMap(VisitorCheck::sessionId);
    return id.isEmpty() || bearer.isEmpty()
        ? Optional.empty()
        : sessions.visitor(id.get(), bearer.get());
  }

  /** Two cookies of the name are none: one of them would be somebody else's. */
  static Optional<String> cookie(WebRequest request, String name) {
    List<String> found =
        request.headers().getOrDefault("Cookie", List.of()).stream()
            .flatMap(line -> List.of(line.split(";", -1)).stream())
            .map(String::strip)
            .filter(pair -> pair.startsWith(name + "="))
            .map(pair -> pair.substring(name.length() + 1))
            .toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  private static Optional<String> sessionId(String cookie) {
    if (cookie.length() > COOKIE_CHARS_MAX) {
      return Optional.empty();
    }
    try {
      JsonNode node = MAPPER.readTree(HexFormat.of().parseHex(cookie));
      return Optional.of(node.path("sid").asText(""));
    } catch (IllegalArgumentException | IOException e) {
      return Optional.empty();
    }
  }

  /** The cookie of a session, in Teleport's form (teleport-wire §2.8). */
  static String cookieOf(WebSessions.Opened session) {
    var content = new TreeMap<String, String>();
    content.put("user", session.user());
    content.put("sid", session.id());
    try {
      String json = MAPPER.writeValueAsString(content);
      return attributes(HexFormat.of().formatHex(json.getBytes(StandardCharsets.UTF_8)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("two texts have a JSON form", e);
    }
  }

  /** Makes the browser forget the cookie. */
  static String noCookie() {
    return attributes("") + "; Max-Age=0";
  }

  private static String attributes(String value) {
    return COOKIE + "=" + value + "; Path=/; Secure; HttpOnly; SameSite=Strict";
  }
}

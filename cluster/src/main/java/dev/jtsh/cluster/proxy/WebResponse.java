// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One answer of the web port. {@code Content-Length}, {@code Content-Type} and the fixed security
 * headers are set by the server; {@code headers} holds only what goes beyond (cookies, location).
 */
public final class WebResponse {
  private final int status;
  private final String contentType;
  private final Map<String, List<String>> headers;
  private final byte[] body;

  /**
   * @param status the HTTP status, 200 to 599
   * @param contentType the media type of the body; empty for no body
   * @param headers further headers; a name may have several values (Set-Cookie)
   * @param body the body; handed over, not copied
   */
  public WebResponse(
      int status, String contentType, Map<String, List<String>> headers, byte[] body) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("not a final HTTP status: " + status);
    }
    this.status = status;
    this.contentType = contentType;
    this.headers = Map.copyOf(headers);
    this.body = body;
  }

  /** A JSON answer. */
  public static WebResponse json(int status, byte[] body) {
    return new WebResponse(status, "application/json; charset=utf-8", Map.of(), body);
  }

  /** A plain text answer. */
  public static WebResponse text(int status, String body) {
    return new WebResponse(
        status, "text/plain; charset=utf-8", Map.of(), body.getBytes(StandardCharsets.UTF_8));
  }

  /** A redirect (302) to a path of this server. */
  public static WebResponse redirect(String location) {
    return new WebResponse(302, "", Map.of("Location", List.of(location)), new byte[0]);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The media type; empty for no body. */
  public String contentType() {
    return contentType;
  }

  /** Further headers. */
  public Map<String, List<String>> headers() {
    return headers;
  }

  /** The body itself, not a copy. */
  public byte[] body() {
    return body;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.text.SafeText;
import java.util.Map;

/**
 * A Kubernetes {@code Status} that says why a request failed. kubectl prints the message as it is,
 * so it must be safe text (security rule 27).
 *
 * @param code HTTP status, also in the body
 * @param reason Kubernetes' word for the class, such as {@code Forbidden}
 * @param message what the user reads
 */
public record KubeStatus(int code, String reason, SafeText message) {
  /** Content type of {@link #toJson()}. */
  public static final String CONTENT_TYPE = "application/json";

  private static final int WARNING_CHARS_MAX = 190;

  /** A status of this class. */
  public static KubeStatus of(ErrorKind kind, SafeText message) {
    return switch (kind) {
      case NOT_FOUND -> new KubeStatus(404, "NotFound", message);
      case BAD_PARAMETER -> new KubeStatus(400, "BadRequest", message);
      case NOT_IMPLEMENTED -> new KubeStatus(405, "MethodNotAllowed", message);
      case COMPARE_FAILED, ALREADY_EXISTS -> new KubeStatus(409, "Conflict", message);
      case ACCESS_DENIED -> new KubeStatus(403, "Forbidden", message);
      case LIMIT_EXCEEDED -> new KubeStatus(429, "TooManyRequests", message);
      case CONNECTION_PROBLEM -> new KubeStatus(504, "Timeout", message);
      case INTERNAL -> new KubeStatus(500, "InternalError", message);
    };
  }

  /** 400. */
  public static KubeStatus badRequest(SafeText message) {
    return of(ErrorKind.BAD_PARAMETER, message);
  }

  /** 401: no or no valid client certificate; kubectl then says so. */
  public static KubeStatus unauthorized(SafeText message) {
    return new KubeStatus(401, "Unauthorized", message);
  }

  /** 403. */
  public static KubeStatus forbidden(SafeText message) {
    return of(ErrorKind.ACCESS_DENIED, message);
  }

  /** 502: the API server answered in a way that cannot be passed on. */
  public static KubeStatus badGateway(SafeText message) {
    return new KubeStatus(502, "InternalError", message);
  }

  /** 503: nobody there to answer now. */
  public static KubeStatus unavailable(SafeText message) {
    return new KubeStatus(503, "ServiceUnavailable", message);
  }

  /**
   * The value of a {@code Warning} header with the message: printable ASCII, quoted, short. kubectl
   * drops the message of a failure it meets while it discovers the API; a warning it always shows.
   */
  public String warning() {
    return warning(message);
  }

  /** The value of a {@code Warning} header with any text, in the same form. */
  public static String warning(SafeText text) {
    StringBuilder value = new StringBuilder("299 - \"");
    String plain = text.toString();
    for (int i = 0; i < Math.min(plain.length(), WARNING_CHARS_MAX); i++) {
      char c = plain.charAt(i);
      if (c == '"' || c == '\\') {
        value.append('\'');
      } else {
        value.append(c >= 0x20 && c < 0x7f ? c : '?');
      }
    }
    return value.append('"').toString();
  }

  /** The body, in Kubernetes' own key order. */
  public byte[] toJson() {
    return WireJson.write(
        new Body("Status", "v1", Map.of(), "Failure", message.toString(), reason, code));
  }

  private record Body(
      String kind,
      @JsonProperty("apiVersion") String apiVersion,
      Map<String, String> metadata,
      String status,
      String message,
      String reason,
      int code) {}
}

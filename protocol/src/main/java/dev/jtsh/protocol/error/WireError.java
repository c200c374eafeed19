// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.error;

import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.ErrorBody;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;

/**
 * An error as it goes over the wire.
 *
 * @param kind its class
 * @param message what the peer's user may read; holds no secret and, when it came from a peer, is
 *     foreign text that must pass {@link dev.jtsh.protocol.text.SafeText} before it is shown
 */
public record WireError(ErrorKind kind, String message) {
  private static final int MAX_PLAIN_MESSAGE = 512;

  /** What a server sends as the body of a failed web request, with the kind's HTTP status. */
  public byte[] toHttpBody() {
    return WireJson.write(ErrorBody.of(message));
  }

  /** What a server closes a failed call with. */
  public StatusRuntimeException toGrpc() {
    return Status.fromCode(kind.grpcCode()).withDescription(message).asRuntimeException();
  }

  /** Reads a failed web answer; a body that is not our error form is taken as plain text. */
  public static WireError ofHttp(int status, byte[] body) {
    return new WireError(ErrorKind.ofHttpStatus(status), messageOf(status, body));
  }

  /** Whether a cluster has written this body of a failed web request. */
  public static boolean isInBody(byte[] body) {
    try {
      return !WireJson.read(body, ErrorBody.class).text().isEmpty();
    } catch (WireException e) {
      return false;
    }
  }

  /** Reads the end of a failed call. */
  public static WireError ofGrpc(Status status) {
    String description = status.getDescription();
    String message = description == null ? status.getCode().name() : description;
    return new WireError(ErrorKind.ofGrpcCode(status.getCode()), message);
  }

  private static String messageOf(int status, byte[] body) {
    try {
      String message = WireJson.read(body, ErrorBody.class).text();
      if (!message.isEmpty()) {
        return message;
      }
    } catch (WireException e) {
      // Not JSON: an older server or a box in between answers in plain text or HTML.
    }
    var plain =
        new String(body, 0, Math.min(body.length, MAX_PLAIN_MESSAGE), StandardCharsets.UTF_8);
    boolean readable = !plain.isBlank() && plain.indexOf('<') < 0;
    return readable ? plain.strip() : "HTTP status " + status;
  }
}

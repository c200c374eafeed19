// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.error;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.protocol.Recorded;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WireErrorTest {
  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, 404, NOT_FOUND, USER",
    "BAD_PARAMETER, 400, INVALID_ARGUMENT, USER",
    "NOT_IMPLEMENTED, 501, UNIMPLEMENTED, SERVER",
    "COMPARE_FAILED, 412, FAILED_PRECONDITION, SERVER",
    "ACCESS_DENIED, 403, PERMISSION_DENIED, ACCESS",
    "ALREADY_EXISTS, 409, ALREADY_EXISTS, USER",
    "LIMIT_EXCEEDED, 429, RESOURCE_EXHAUSTED, SERVER",
    "CONNECTION_PROBLEM, 504, UNAVAILABLE, NETWORK",
    "INTERNAL, 500, UNKNOWN, INTERNAL"
  })
  void tableOfTheReferenceHoldsBothWays(ErrorKind kind, int http, Status.Code grpc, Fault fault) {
    assertThat(kind.httpStatus()).isEqualTo(http);
    assertThat(kind.grpcCode()).isEqualTo(grpc);
    assertThat(kind.fault()).isEqualTo(fault);
    assertThat(ErrorKind.ofHttpStatus(http)).isEqualTo(kind);
    assertThat(ErrorKind.ofGrpcCode(grpc)).isEqualTo(kind);
  }

  @ParameterizedTest
  @EnumSource(names = "OK", mode = EnumSource.Mode.EXCLUDE)
  void everyGrpcCodeHasAKind(Status.Code code) {
    assertThat(ErrorKind.ofGrpcCode(code)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "401, ACCESS_DENIED",
    "502, CONNECTION_PROBLEM",
    "503, CONNECTION_PROBLEM",
    "418, BAD_PARAMETER",
    "599, INTERNAL"
  })
  void otherHttpStatusesFallIntoTheNearestKind(int status, ErrorKind kind) {
    assertThat(ErrorKind.ofHttpStatus(status)).isEqualTo(kind);
  }

  @Test
  void readsTheRecordedDenial() {
    WireError error =
        WireError.ofHttp(403, Recorded.bytes("wire/02-headless-denied.response.json"));

    assertThat(error)
        .isEqualTo(new WireError(ErrorKind.ACCESS_DENIED, "headless authentication failed"));
  }

  @Test
  void bodyCarriesTheTextInBothPlaces() {
    byte[] body = new WireError(ErrorKind.NOT_FOUND, "no such thing").toHttpBody();

    assertThat(new String(body, UTF_8))
        .isEqualTo("{\"error\":{\"message\":\"no such thing\"},\"message\":\"no such thing\"}");
    assertThat(WireError.ofHttp(404, body).message()).isEqualTo("no such thing");
  }

  @ParameterizedTest
  @CsvSource({
    "404 page not found, 404 page not found",
    "'{\"message\":\"top\"}', top",
    "'{\"error\":{}}', '{\"error\":{}}'",
    "<html><body>Bad gateway</body></html>, HTTP status 502",
    "'', HTTP status 502"
  })
  void bodiesOfOtherKindsStillSayWhatTheyCan(String body, String message) {
    assertThat(WireError.ofHttp(502, body.getBytes(UTF_8)).message()).isEqualTo(message);
  }

  @Test
  void grpcStatusKeepsTheText() {
    Status status = new WireError(ErrorKind.ACCESS_DENIED, "no").toGrpc().getStatus();

    assertThat(WireError.ofGrpc(status)).isEqualTo(new WireError(ErrorKind.ACCESS_DENIED, "no"));
    assertThat(WireError.ofGrpc(Status.UNAVAILABLE).message()).isEqualTo("UNAVAILABLE");
  }
}

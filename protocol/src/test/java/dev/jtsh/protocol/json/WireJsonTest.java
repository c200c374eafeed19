// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.GrantJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.PingResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireJsonTest {
  private static HeadlessLoginRequest login(String json) {
    return WireJson.read(json.getBytes(UTF_8), HeadlessLoginRequest.class);
  }

  @Test
  void keysMatchInAnyCaseAndUnknownOnesAreIgnored() {
    HeadlessLoginRequest request =
        login("{\"USER\":\"u\",\"routetocluster\":\"r\",\"future\":{\"a\":[1]}}");

    assertThat(request.user()).isEqualTo("u");
    assertThat(request.routeToCluster()).isEqualTo("r");
  }

  @Test
  void absentAndNullKeysBecomeEmptyValues() {
    HeadlessLoginRequest absent = login("{}");
    HeadlessLoginRequest nulls =
        login("{\"user\":null,\"ttl\":null,\"pub_key\":null,\"headless_id\":null}");

    assertThat(absent).isEqualTo(nulls);
    assertThat(absent.ttl()).isEqualTo(Duration.ZERO);
    assertThat(absent.pubKey()).isEqualTo(ByteString.EMPTY);
    assertThat(absent.jtsh()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"+/+/+w==", "-_-_-w==", "-_-_-w", "+/+/+w"})
  void bothBase64AlphabetsAreRead(String text) {
    assertThat(login("{\"pub_key\":\"" + text + "\"}").pubKey())
        .isEqualTo(ByteString.copyFrom(new byte[] {-5, -1, -65, -5}));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{} {}",
        "{\"ttl\":1.5}",
        "{\"ttl\":\"1\"}",
        "{\"ttl\":99999999999999999999}",
        "{\"user\":1}",
        "{\"user\":true}",
        "{\"pub_key\":\"*\"}",
        "{\"user\":\"a\",\"user\":\"b\"}"
      })
  void malformedDocumentsAreABadParameter(String json) {
    assertThatThrownBy(() -> login(json))
        .isInstanceOfSatisfying(
            WireException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BAD_PARAMETER));
  }

  @Test
  void bytesThatAreNoTextAreABadParameter() {
    byte[] looksLikeUtf32 = {0x0a, 0, 0, 0, 0, 0};
    assertThatThrownBy(() -> WireJson.read(looksLikeUtf32, PingResponse.class))
        .isInstanceOf(WireException.class)
        .hasMessage("request: malformed JSON");
  }

  @Test
  void errorsQuoteNothingOfTheDocument() {
    String json = "{\"user\":\"u\",\"pass\":\"hunter2\",\"passwordless\":\"hunter2\"}";

    assertThatThrownBy(() -> WireJson.read(json.getBytes(UTF_8), MfaLoginBeginRequest.class))
        .isInstanceOf(WireException.class)
        .hasNoCause()
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void deepAndLongDocumentsAreRefused() {
    String deep = "{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}";
    String wide = "{\"x\":\"" + "a".repeat(WireJson.MAX_DOCUMENT_BYTES) + "\"}";

    assertThatThrownBy(() -> login(deep)).isInstanceOf(WireException.class);
    assertThatThrownBy(() -> login(wide)).isInstanceOf(WireException.class);
  }

  @Test
  void passwordsGoThroughAndAreNeverShown() {
    MfaLoginBeginRequest request =
        WireJson.read(
            "{\"user\":\"u\",\"pass\":\"hünter\\n2\"}".getBytes(UTF_8), MfaLoginBeginRequest.class);

    assertThat(request.pass().copy()).containsExactly("hünter\n2".toCharArray());
    assertThat(request.toString()).doesNotContain("nter");
    assertThat(new String(WireJson.write(request), UTF_8))
        .isEqualTo("{\"user\":\"u\",\"pass\":\"hünter\\n2\"}");
    request.pass().close();
    assertThat(request.pass().copy()).containsOnly('\0');
  }

  @Test
  void timesAreReadWithAnyOffsetAndWrittenInUtc() {
    GrantJson grant =
        WireJson.read(
            "{\"request_id\":\"r\",\"not_after\":\"2026-11-21T10:00:00.5+01:00\"}".getBytes(UTF_8),
            GrantJson.class);

    assertThat(grant.notAfter()).isEqualTo(Instant.parse("2026-11-21T09:00:00.5Z"));
    assertThat(new String(WireJson.write(grant), UTF_8))
        .isEqualTo(
            "{\"request_id\":\"r\",\"kube_clusters\":[],\"not_after\":\"2026-11-21T09:00:00.500Z\"}");
  }
}

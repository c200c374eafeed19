// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.Recorded;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedWebTest {
  private static JsonNode tree(byte[] json) throws IOException {
    return WireJson.newMapper().readTree(json);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping-headless.json", "wire/01-ping.response.json"})
  void recordedPingComesOutAsItWentIn(String file) throws IOException {
    PingResponse ping = WireJson.read(Recorded.bytes(file), PingResponse.class);

    assertThat(tree(WireJson.write(ping))).isEqualTo(tree(Recorded.bytes(file)));
  }

  @Test
  void recordedPingIsUnderstood() {
    PingResponse ping =
        WireJson.read(Recorded.bytes("wire/01-ping.response.json"), PingResponse.class);

    assertThat(ping.clusterName()).isEqualTo("tptest");
    assertThat(ping.serverMajor()).isEqualTo(15);
    assertThat(ping.auth().allowHeadless()).isTrue();
    assertThat(requireNonNull(ping.auth().webauthn()).rpId()).isEqualTo("localhost");
    assertThat(ping.auth().defaultSessionTtl()).isEqualTo(Duration.ofHours(12));
    assertThat(ping.proxy().kube()).isEqualTo(new PingResponse.Kube(true, "", "127.0.0.1:3080"));
    assertThat(ping.proxy().ssh().publicAddr()).isEqualTo("localhost:3080");
    assertThat(ping.proxy().tlsRoutingEnabled()).isTrue();
  }

  @Test
  void recordedFindIsUnderstood() {
    PingResponse find =
        WireJson.read(Recorded.bytes("wire/01-find.response.json"), PingResponse.class);

    assertThat(find.clusterName()).isEqualTo("tptest");
    assertThat(find.auth().webauthn()).isNull();
    assertThat(find.auth().allowHeadless()).isFalse();
  }

  @Test
  void recordedLoginRequestOfTshComesOutAsItWentIn() throws IOException {
    byte[] recorded = Recorded.bytes("headless-login-request-v15.json");
    HeadlessLoginRequest request = WireJson.read(recorded, HeadlessLoginRequest.class);

    assertThat(request.user()).isEqualTo("alice");
    assertThat(request.headlessId()).isEqualTo("817b6164-273b-50f5-a2b8-c2103c03d7c7");
    assertThat(request.ttl()).isEqualTo(Duration.ofHours(12));
    assertThat(request.keys().ssh().toStringUtf8()).startsWith("ssh-rsa AAAA").endsWith("\n");
    assertThat(request.keys().tlsPem()).isEqualTo(ByteString.EMPTY);
    var written = tree(WireJson.write(request));
    // The old form's password and code are not ours to send; everything else is equal.
    var expected = (ObjectNode) tree(recorded);
    expected.remove(List.of("password", "otp_token"));
    assertThat(written).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "02-headless-login-ed25519",
        "02-headless-login-p256",
        "02-headless-login-p384",
        "02-headless-login-rsa1024",
        "02-headless-login-rsa2048"
      })
  void recordedLoginAnswersComeOutAsTheyWentIn(String name) throws IOException {
    byte[] recorded = Recorded.bytes("wire/" + name + ".response.json");
    SshLoginResponse response = WireJson.read(recorded, SshLoginResponse.class);

    assertThat(response.username()).isEqualTo("alice");
    assertThat(response.cert().toStringUtf8()).contains("-cert-v01@openssh.com AAAA");
    assertThat(response.tlsCert().toStringUtf8()).startsWith("-----BEGIN CERTIFICATE-----");
    assertThat(response.hostSigners()).hasSize(1);
    assertThat(response.hostSigners().getFirst().domainName()).isEqualTo("tptest");
    assertThat(response.hostSigners().getFirst().tlsCerts()).hasSize(1);
    assertThat(response.jtsh()).isNull();
    assertThat(tree(WireJson.write(response))).isEqualTo(tree(recorded));
  }

  @Test
  void recordedChallengeInStandardBase64ComesOutAsItWentIn() throws IOException {
    byte[] recorded = Recorded.bytes("wire/05-mfa-begin.response.json");
    MfaLoginBeginResponse response = WireJson.read(recorded, MfaLoginBeginResponse.class);
    var options = requireNonNull(response.webauthnChallenge()).publicKey();

    assertThat(options.challenge().size()).isEqualTo(32);
    assertThat(options.timeoutMillis()).isEqualTo(300_000);
    assertThat(options.rpId()).isEqualTo("localhost");
    assertThat(options.allowCredentials()).hasSize(1);
    assertThat(tree(WireJson.write(response))).isEqualTo(tree(recorded));
  }

  @Test
  void recordedWebauthnAnswerIsUnderstoodAndWrittenInTheUrlAlphabet() throws IOException {
    byte[] recorded = Recorded.bytes("wire/05-mfa-finish.request.json");
    MfaLoginFinishRequest request = WireJson.read(recorded, MfaLoginFinishRequest.class);
    var answer = requireNonNull(request.webauthnChallengeResponse());

    assertThat(answer.id()).isEqualTo(answer.rawId());
    assertThat(answer.response().clientDataJson().toStringUtf8()).contains("webauthn.get");
    assertThat(answer.response().userHandle()).isEqualTo(ByteString.EMPTY);
    assertThat(tree(WireJson.write(request)).get("webauthn_challenge_response"))
        .isEqualTo(tree(recorded).get("webauthn_challenge_response"));
  }

  @Test
  void ourFactsAndGrantRideBesideTheStandardKeys() throws IOException {
    var facts =
        new HeadlessFactsJson(
            "box",
            "ann",
            List.of("prod"),
            Map.of("env", "x"),
            "q",
            false,
            "web",
            Duration.ofHours(2));
    HeadlessLoginRequest request =
        HeadlessLoginRequest.withTwoKeys(
            "alice",
            "id",
            ByteString.copyFromUtf8("ssh"),
            ByteString.copyFromUtf8("pem"),
            Duration.ZERO,
            "prod",
            facts);
    JsonNode json = tree(WireJson.write(request));

    assertThat(json.get("jtsh").toString())
        .isEqualTo(
            "{\"host\":\"box\",\"os_user\":\"ann\",\"kube_clusters\":[\"prod\"],"
                + "\"labels\":{\"env\":\"x\"},\"query\":\"q\",\"namespace\":\"web\","
                + "\"duration_ns\":7200000000000}");
    assertThat(json.has("pub_key")).isFalse();
    assertThat(WireJson.read(WireJson.write(request), HeadlessLoginRequest.class))
        .isEqualTo(request);
  }

  @Test
  void oldAndNewKeysTogetherOrNoneAreRefused() {
    assertThatThrownBy(() ->
            WireJson.read(
                    "{\"pub_key\":\"YQ==\",\"tls_pub_key\":\"YQ==\"}".getBytes(UTF_8),
                    HeadlessLoginRequest.class)
                .keys())
        .isInstanceOf(WireException.class);
    assertThatThrownBy(() -> WireJson.read("{}".getBytes(UTF_8), HeadlessLoginRequest.class).keys())
        .isInstanceOf(WireException.class)
        .hasMessage("'ssh_pub_key' or 'tls_pub_key' must be set");
  }

  @Test
  void approvalIsReadInBothForms() {
    String answer = "{\"id\":\"YQ\",\"rawId\":\"YQ\",\"type\":\"public-key\",\"response\":{}}";
    HeadlessUpdate older = update("\"webauthnAssertionResponse\":" + answer);
    HeadlessUpdate newer = update("\"mfaResponse\":{\"webauthn_response\":" + answer + "}");

    assertThat(older.assertion()).isPresent().isEqualTo(newer.assertion());
    assertThat(update("\"mfaResponse\":{\"totp_code\":\"1\"}").assertion()).isEmpty();
    assertThatThrownBy(() ->
            update(
                    "\"webauthnAssertionResponse\":%s,\"mfaResponse\":{\"totp_code\":\"1\"}"
                        .formatted(answer))
                .assertion())
        .isInstanceOf(WireException.class);
  }

  private static HeadlessUpdate update(String rest) {
    return WireJson.read(
        ("{\"action\":\"accept\"," + rest + "}").getBytes(UTF_8), HeadlessUpdate.class);
  }

  @Test
  void signupBodiesGoThereAndBack() {
    var creation =
        new WebauthnCreationJson.CreationOptions(
            ByteString.copyFromUtf8("c"),
            new WebauthnCreationJson.RelyingParty("h", "n"),
            new WebauthnCreationJson.UserEntity(ByteString.copyFromUtf8("u"), "alice", "alice"),
            List.of(new WebauthnCreationJson.Parameter("public-key", -7)),
            300_000,
            List.of(),
            null,
            "none");
    var begin =
        new SignupBeginResponse(
            "alice",
            new WebauthnCreationJson(creation),
            new SignupBeginResponse.Rules("root", 12, 512, false));

    assertThat(WireJson.read(WireJson.write(begin), SignupBeginResponse.class)).isEqualTo(begin);
    var finish = new SignupFinishRequest("t0ken", Password.copyOf("pw".toCharArray()), "key", null);
    assertThat(finish.toString()).doesNotContain("t0ken");
    assertThat(new String(WireJson.write(finish), UTF_8))
        .contains("\"token\":\"t0ken\"", "\"password\":\"pw\"", "\"device_name\":\"key\"");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jtsh.cluster.auth.AuthFixture;
import dev.jtsh.cluster.proxy.WebRequest;
import dev.jtsh.cluster.proxy.WebResponse;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WebApiTest {
  private static final String JSON = "application/json";

  @TempDir Path directory;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable AuthFixture opened;

  @BeforeEach
  void open() throws Exception {
    opened = new AuthFixture(directory);
  }

  @AfterEach
  void close() {
    fixture().close();
    executor.shutdownNow();
  }

  private AuthFixture fixture() {
    return Objects.requireNonNull(opened);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/webapi/ping", "/v1/webapi/ping", "/webapi/ping/local", "/webapi/ping/headless"})
  void pingTellsWhoTheClusterIs(String path) throws Exception {
    JsonNode ping = json(get(path), 200);

    assertThat(ping.get("cluster_name").asText()).isEqualTo("root");
    assertThat(ping.get("server_version").asText()).startsWith("17.");
    assertThat(ping.at("/auth/allow_headless").asBoolean()).isTrue();
    assertThat(ping.at("/auth/webauthn/rp_id").asText()).isEqualTo("localhost");
    assertThat(ping.at("/auth/default_session_ttl").asText()).isEqualTo("12h0m0s");
    assertThat(ping.at("/proxy/tls_routing_enabled").asBoolean()).isTrue();
    assertThat(ping.at("/proxy/ssh/public_addr").asText()).isEqualTo("localhost:3080");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/webapi/find", "/v1/webapi/find"})
  void findTellsWhereThingsAreAndNothingOfLogins(String path) throws Exception {
    JsonNode find = json(get(path), 200);

    assertThat(find.get("cluster_name").asText()).isEqualTo("root");
    assertThat(find.get("server_version").asText()).startsWith("17.");
    assertThat(find.get("min_client_version").asText()).isEqualTo("15.0.0");
    assertThat(find.at("/proxy/ssh/public_addr").asText()).isEqualTo("localhost:3080");
    assertThat(find.at("/auth/type").asText()).isEmpty();
    assertThat(find.at("/auth").has("webauthn")).isFalse();
    assertThat(find.at("/auth").has("local")).isFalse();
    assertThat(find.at("/auth/allow_headless").asBoolean()).isFalse();
  }

  @Test
  void unknownConnectorAndUnknownPathAreRefused() throws Exception {
    assertThat(json(get("/webapi/ping/okta"), 400).at("/error/message").asText())
        .isEqualTo("invalid connector name: okta; valid options: ");
    assertThat(get("/webapi/motd").status()).isEqualTo(404);
    assertThat(get("/webapi/nothing").status()).isEqualTo(404);
  }

  @Test
  void bodyThatIsNotJsonIsAnInvalidRequest() throws Exception {
    for (String type : List.of("text/plain", "", "application/jsonp")) {
      assertThat(
              json(post("/webapi/mfa/login/begin", type, "{}"), 400).at("/error/message").asText())
          .isEqualTo("invalid request");
    }
    assertThat(post("/webapi/mfa/login/begin", JSON + "; charset=utf-8", "{").status())
        .isEqualTo(400);
  }

  @Test
  void loginByPasswordAndKeyGivesCertificates() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    WebResponse begin =
        post(
            "/v1/webapi/mfa/login/begin",
            JSON,
            "{\"user\":\"alice\",\"pass\":\"" + AuthFixture.PASSWORD + "\"}");
    assertThat(begin.status()).isEqualTo(200);
    var challenge = WireJson.read(begin.body(), MfaLoginBeginResponse.class).webauthnChallenge();
    WebResponse finish =
        post(
            "/webapi/mfa/login/finish",
            JSON,
            new String(
                WireJson.write(alice.finish(Objects.requireNonNull(challenge), Duration.ZERO)),
                UTF_8));

    assertThat(finish.status()).isEqualTo(200);
    SshLoginResponse login = WireJson.read(finish.body(), SshLoginResponse.class);
    assertThat(login.username()).isEqualTo("alice");
    assertThat(login.tlsCert().toStringUtf8()).startsWith("-----BEGIN CERTIFICATE-----");
    assertThat(login.cert().toStringUtf8()).startsWith("ecdsa-sha2-nistp256-cert-v01@openssh.com");
    assertThat(login.hostSigners().getFirst().checkingKeys()).hasSize(1);
  }

  @Test
  void wrongPasswordIsForbiddenInOneText() throws Exception {
    fixture().enroll("alice", "dev");

    JsonNode error =
        json(post("/webapi/mfa/login/begin", JSON, "{\"user\":\"alice\",\"pass\":\"no\"}"), 403);
    assertThat(error.at("/error/message").asText()).isEqualTo("invalid credentials");
  }

  @Test
  void passwordIsWipedFromTheBody() throws Exception {
    byte[] body = "{\"user\":\"alice\",\"pass\":\"secret words\"}".getBytes(UTF_8);
    send("POST", "/webapi/mfa/login/begin", JSON, body, new CompletableFuture<>());

    assertThat(body).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"user\":\"alice\",\"pass\":\"secret words\"}",
        "{\"user\":\"alice\",\"pass\":\"secret words\",\"user\":{}}",
        "{\"user\":[],\"pass\":\"secret words\"}",
        "{\"password\":\"secret words\"}"
      })
  void passwordIsGoneFromTheArenaAfterTheAnswer(String body) throws Exception {
    int before = SecretArena.process().used();
    post("/webapi/mfa/login/begin", JSON, body);

    assertThat(SecretArena.process().used()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/webapi/headless/login", "/webapi/login/headless", "/v1/webapi/ssh/certs"})
  void headlessLoginWaitsForItsApprovalUnderEachOfItsNames(String path) throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    var box = fixture().new RemoteBox();
    byte[] body = WireJson.write(box.request("alice", AuthFixture.facts("c1")));
    var answer = api().handle(request("POST", path, JSON, body, new CompletableFuture<>()));
    box.agreeOnNumber("alice", AuthFixture.facts("c1"));
    alice.approve(approver, alice.look(approver, box.id));

    WebResponse response = answer.toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(response.status()).isEqualTo(200);
    assertThat(json(response, 200).at("/jtsh/kube_clusters/0").asText()).isEqualTo("c1");
  }

  @Test
  void everyHeadlessFailureIsTheSameForbidden() throws Exception {
    var box = fixture().new RemoteBox();
    String good = new String(WireJson.write(box.request("alice", AuthFixture.facts("c1"))), UTF_8);

    for (String bad :
        List.of(
            good.replace(box.id, "00000000-0000-5000-8000-000000000000"),
            good.replace(box.id, box.id.toUpperCase(java.util.Locale.ROOT)),
            good.replace("\"alice\"", "\"../alice\""))) {
      assertThat(json(post("/webapi/headless/login", JSON, bad), 403).at("/error/message").asText())
          .isEqualTo("headless authentication failed");
    }
    assertThat(
            json(post("/webapi/headless/login", JSON, good.replace("\"alice\"", "\"\"")), 400)
                .at("/error/message")
                .asText())
        .isEqualTo("missing parameter 'username'");
  }

  private WebApi api() {
    return new WebApi(fixture().auth, executor);
  }

  private WebResponse get(String path) throws Exception {
    return send("GET", path, "", new byte[0], new CompletableFuture<>());
  }

  private WebResponse post(String path, String type, String body) throws Exception {
    return send("POST", path, type, body.getBytes(UTF_8), new CompletableFuture<>());
  }

  private WebResponse send(
      String method, String path, String type, byte[] body, CompletableFuture<Void> closed)
      throws Exception {
    return api()
        .handle(request(method, path, type, body, closed))
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static WebRequest request(
      String method, String path, String type, byte[] body, CompletableFuture<Void> closed) {
    return new WebRequest(
        method,
        path,
        "",
        type.isEmpty() ? Map.of() : Map.of("content-type", List.of(type)),
        body,
        AuthFixture.LAPTOP,
        closed);
  }

  private static JsonNode json(WebResponse response, int status) throws Exception {
    assertThat(response.status()).isEqualTo(status);
    return new ObjectMapper().readTree(response.body());
  }
}

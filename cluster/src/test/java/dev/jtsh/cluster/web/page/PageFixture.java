// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jtsh.cluster.auth.AuthFixture;
import dev.jtsh.cluster.proxy.WebApplication;
import dev.jtsh.cluster.proxy.WebRequest;
import dev.jtsh.cluster.proxy.WebResponse;
import dev.jtsh.cluster.web.WebApi;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The page's calls without a browser: whatever a script, or somebody else, can send. */
final class PageFixture implements AutoCloseable {
  private static final ObjectMapper MAPPER = WireJson.newMapper();

  final AuthFixture auth;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final WebApplication page;

  PageFixture(Path directory) throws Exception {
    this(new AuthFixture(directory));
  }

  PageFixture(AuthFixture auth) {
    this.auth = auth;
    WebApplication approvals =
        new ApprovalPage(auth.auth, new WebApi(auth.auth, executor), executor);
    this.page = new AccountPages(auth.auth, new SsoPage(auth.auth, approvals, executor));
  }

  /** An answer: status, JSON, the cookie it sets, all headers. */
  record Answer(int status, JsonNode json, String cookie, Map<String, List<String>> headers) {}

  /** A logged-in browser. */
  record Tab(String cookie, String token) {}

  Answer send(String method, String path, Map<String, String> headers, Object body)
      throws Exception {
    return answer(response(method, path, headers, body));
  }

  WebResponse response(String method, String path, Map<String, String> headers, Object body)
      throws Exception {
    Map<String, List<String>> sent = new HashMap<>();
    headers.forEach((name, value) -> sent.put(name, List.of(value)));
    sent.putIfAbsent("Content-Type", List.of("application/json"));
    var request =
        new WebRequest(
            method,
            path.split("\\?", 2)[0],
            path.contains("?") ? path.split("\\?", 2)[1] : "",
            sent,
            body instanceof String text ? text.getBytes(UTF_8) : WireJson.write(body),
            new InetSocketAddress("192.0.2.10", 40001),
            new CompletableFuture<>());
    return page.handle(request).toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static Answer answer(WebResponse response) throws IOException {
    String cookie =
        response.headers().getOrDefault("Set-Cookie", List.of()).stream()
            .reduce((first, last) -> last)
            .orElse("");
    boolean json = response.contentType().startsWith("application/json");
    return new Answer(
        response.status(),
        json ? MAPPER.readTree(response.body()) : MAPPER.nullNode(),
        cookie,
        response.headers());
  }

  /** What the page's own script sends along. */
  static Map<String, String> own(Tab tab) {
    return Map.of(
        "Origin",
        AuthFixture.ORIGIN,
        "Sec-Fetch-Site",
        "same-origin",
        "Cookie",
        tab.cookie(),
        "Authorization",
        "Bearer " + tab.token());
  }

  static Map<String, String> nobody() {
    return Map.of("Origin", AuthFixture.ORIGIN);
  }

  /** Logs in with password and key, as the script does. */
  Tab logIn(AuthFixture.Person person) throws Exception {
    return logIn(person, nobody());
  }

  Tab logIn(AuthFixture.Person person, Map<String, String> headers) throws Exception {
    Answer begun =
        send(
            "POST",
            "/v1/webapi/mfa/login/begin",
            headers,
            Map.of("user", person.name(), "pass", AuthFixture.PASSWORD));
    var challenge = MAPPER.treeToValue(begun.json(), Begun.class).webauthnChallenge();
    Answer done =
        send(
            "POST",
            "/v1/webapi/mfa/login/finishsession",
            headers,
            Map.of("user", person.name(), "webauthnAssertionResponse", person.sign(challenge)));
    return tab(done);
  }

  record Begun(WebauthnChallengeJson webauthnChallenge) {}

  static Tab tab(Answer answer) {
    if (answer.status() != 200) {
      throw new AssertionError(answer.json().toString());
    }
    return new Tab(answer.cookie().split(";", 2)[0], answer.json().path("token").asText());
  }

  /** A request of this user that waits. */
  AuthFixture.RemoteBox ask(String user, HeadlessFactsJson facts) {
    AuthFixture.RemoteBox box = auth.new RemoteBox();
    box.post(user, facts);
    return box;
  }

  Answer look(Tab tab, String id) throws Exception {
    return send("GET", "/v1/webapi/jtsh/headless/" + id, own(tab), "");
  }

  /** What the key is asked to sign, with what the page showed. */
  Answer challenge(Tab tab, String id, String digest, int number) throws Exception {
    return send(
        "POST",
        "/v1/webapi/mfa/authenticatechallenge",
        own(tab),
        Map.of("jtsh_headless_id", id, "jtsh_facts_digest", digest, "jtsh_number", number));
  }

  Map<String, Object> approval(
      AuthFixture.Person person, Answer challenge, String digest, int number) throws Exception {
    var asked = MAPPER.treeToValue(challenge.json(), Begun.class).webauthnChallenge();
    return Map.of(
        "action",
        "accept",
        "webauthnAssertionResponse",
        person.sign(asked),
        "jtsh_facts_digest",
        digest,
        "jtsh_number",
        number);
  }

  Answer put(Tab tab, String id, Object body) throws Exception {
    return send("PUT", "/v1/webapi/headless/" + id, own(tab), body);
  }

  @Override
  public void close() {
    auth.close();
    executor.shutdownNow();
  }
}

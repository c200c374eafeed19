// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import static dev.jtsh.cluster.web.page.PageFixture.nobody;
import static dev.jtsh.cluster.web.page.PageFixture.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.cluster.auth.AccountSettings;
import dev.jtsh.cluster.auth.AuthFixture;
import dev.jtsh.cluster.auth.AuthSettings;
import dev.jtsh.cluster.auth.Users;
import dev.jtsh.cluster.web.page.PageFixture.Answer;
import dev.jtsh.cluster.web.page.PageFixture.Tab;
import dev.jtsh.tests.fixtures.webauthn.Registration;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 22: somebody else's page, link or moment makes the account that an invite is for. */
@Timeout(120)
class Attack22InviteIT {
  private static final String BEGIN = "/v1/webapi/jtsh/signup/begin";
  private static final String FINISH = "/v1/webapi/jtsh/signup/finish";
  private static final String NO_INVITE = "00000000000000000000000000000000";

  @TempDir Path directory;
  private @org.jspecify.annotations.Nullable PageFixture opened;
  private final SecureRandom random = new SecureRandom();

  @BeforeEach
  void open() throws Exception {
    opened = new PageFixture(directory);
  }

  @AfterEach
  void close() {
    page().close();
  }

  private PageFixture page() {
    return java.util.Objects.requireNonNull(opened);
  }

  private String invite(String user) {
    Users users = page().auth.auth.users();
    Users.Addition made =
        users.get(user).isPresent() ? users.invite(user) : users.add(user, List.of("dev"));
    return ((Users.Addition.Invited) made).invite();
  }

  private Answer begin(String invite) throws Exception {
    return page().send("POST", BEGIN, nobody(), Map.of("token", invite));
  }

  private Map<String, Object> finish(String invite, Answer begun) {
    return finish(invite, begun, new SoftwareAuthenticator(random), AuthFixture.PASSWORD);
  }

  private static Map<String, Object> finish(
      String invite, Answer begun, SoftwareAuthenticator key, String password) {
    JsonNode options = begun.json().path("webauthn_creation").path("publicKey");
    Registration made =
        key.register(
            "localhost",
            AuthFixture.ORIGIN,
            bytes(options.path("challenge")),
            bytes(options.path("user").path("id")));
    var encoder = Base64.getUrlEncoder().withoutPadding();
    String id = encoder.encodeToString(made.credentialId());
    return Map.of(
        "token",
        invite,
        "password",
        password,
        "device_name",
        "yubi",
        "webauthn_attestation",
        Map.of(
            "id",
            id,
            "type",
            "public-key",
            "rawId",
            id,
            "response",
            Map.of(
                "clientDataJSON",
                encoder.encodeToString(made.clientDataJson()),
                "attestationObject",
                encoder.encodeToString(made.attestationObject()))));
  }

  private static byte[] bytes(JsonNode base64) {
    return Base64.getDecoder().decode(base64.asText().replace('-', '+').replace('_', '/'));
  }

  @Test
  void anotherSitesPageMayNotUseAnInviteAndAProgramMay() throws Exception {
    String invite = invite("ann");
    for (Map<String, String> other :
        List.of(
            Map.of("Origin", "https://evil.example"),
            Map.of("Origin", "null"),
            Map.of("Origin", "https://localhost:3081"),
            Map.of("Origin", AuthFixture.ORIGIN, "Sec-Fetch-Site", "cross-site"))) {
      assertThat(page().send("POST", BEGIN, other, Map.of("token", invite)).status())
          .as(other.toString())
          .isEqualTo(403);
      assertThat(page().send("POST", FINISH, other, Map.of("token", invite)).status())
          .isEqualTo(403);
    }
    assertThat(page().send("POST", BEGIN, Map.of(), Map.of("token", invite)).status())
        .isEqualTo(200);
  }

  @Test
  void unknownUsedAndOldLinksLookTheSame() throws Exception {
    String used = invite("ann");
    assertThat(page().send("POST", FINISH, nobody(), finish(used, begin(used))).status())
        .isEqualTo(200);
    String old = invite("bob");
    page().auth.clock.advance(Duration.ofHours(1));

    Answer unknown = begin(NO_INVITE);
    assertThat(unknown.status()).isEqualTo(403);
    for (String link : List.of(used, old, "", "x", "../../etc")) {
      Answer answer = begin(link);
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.json()).isEqualTo(unknown.json());
    }
    byte[] bytes = page().response("GET", "/web/invite/" + NO_INVITE, Map.of(), "").body();
    for (String link : List.of(used, old, "x")) {
      assertThat(page().response("GET", "/web/invite/" + link, Map.of(), "").body())
          .isEqualTo(bytes);
    }
  }

  @Test
  void openingTheLinkRedeemsNothingAndIsNotForFrames() throws Exception {
    String invite = invite("ann");
    for (String method : List.of("GET", "HEAD", "GET")) {
      var answer = page().response(method, "/web/invite/" + invite, Map.of(), "");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers().getOrDefault("Content-Security-Policy", List.of()))
          .first(STRING)
          .contains("default-src 'none'", "frame-ancestors 'none'", "trusted-types 'none'");
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain(invite);
    }
    assertThat(begin(invite).json().path("user").asText()).isEqualTo("ann");
  }

  @Test
  void ofTwoWhoFinishAtOneTimeOneHasTheAccount() throws Exception {
    String invite = invite("ann");
    List<Map<String, Object>> bodies =
        List.of(finish(invite, begin(invite)), finish(invite, begin(invite)));
    var go = new CountDownLatch(1);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> both =
          bodies.stream()
              .map(body ->
                  executor.submit(() -> {
                    go.await();
                    return page().send("POST", FINISH, nobody(), body).status();
                  }))
              .toList();
      go.countDown();
      assertThat(List.of(status(both.getFirst()), status(both.getLast())))
          .containsExactlyInAnyOrder(200, 403);
    }
    assertThat(page().auth.auth.users().get("ann").orElseThrow().devices()).hasSize(1);
  }

  private static int status(Future<Integer> answer) throws Exception {
    return answer.get(30, TimeUnit.SECONDS);
  }

  @Test
  void aKeyMadeForOneInviteDoesNotFinishAnother() throws Exception {
    String first = invite("ann");
    String second = invite("ann");
    String other = invite("bob");
    var made = finish(first, begin(first));
    for (String invite : List.of(second, other)) {
      var body = new HashMap<>(made);
      body.put("token", invite);
      assertThat(page().send("POST", FINISH, nobody(), body).status()).isEqualTo(403);
    }
    assertThat(page().auth.auth.users().get("bob").orElseThrow().devices()).isEmpty();
  }

  @Test
  void fixedSessionIsNotTakenOverBySigningUp() throws Exception {
    Tab planted = page().logIn(page().auth.enroll("mallory", "dev"));
    String invite = invite("ann");
    Answer begun = page().send("POST", BEGIN, own(planted), Map.of("token", invite));
    Answer done = page().send("POST", FINISH, own(planted), finish(invite, begun));

    assertThat(done.status()).isEqualTo(200);
    assertThat(done.headers()).as("nobody is logged in by it").doesNotContainKey("Set-Cookie");
    assertThat(page().auth.auth.users().get("mallory").orElseThrow().devices().getFirst().name())
        .isEqualTo("yubi");
  }

  @Test
  void aNewInviteEndsWhatWasOpenAndItsKeyWaitsBeforeItApproves() throws Exception {
    AuthFixture.Person ann = page().auth.enroll("ann", "dev");
    Tab before = page().logIn(ann);
    page().auth.clock.advance(Duration.ofSeconds(5));
    String invite = invite("ann");
    var key = new SoftwareAuthenticator(random);
    Answer done =
        page()
            .send(
                "POST",
                FINISH,
                nobody(),
                finish(invite, begin(invite), key, "another long password"));

    assertThat(done.status()).isEqualTo(200);
    assertThat(done.json().path("approves_from").asText()).isNotEmpty();
    assertThat(page().send("GET", "/v1/webapi/jtsh/sessions", own(before), "").status())
        .isEqualTo(401);
  }

  @Test
  void withoutAPasswordOnlyWhereTheClusterAllowsIt() throws Exception {
    String invite = invite("ann");
    assertThat(
            page()
                .send("POST", BEGIN, nobody(), Map.of("token", invite, "passwordless", true))
                .status())
        .isEqualTo(400);
    var noPassword = finish(invite, begin(invite), new SoftwareAuthenticator(random), "");
    assertThat(page().send("POST", FINISH, nobody(), noPassword).status()).isEqualTo(400);
    assertThat(begin(invite).status()).as("the invite stays").isEqualTo(200);
  }

  @Test
  void withAPasskeyAloneNoPasswordLogsIn() throws Exception {
    page().close();
    opened =
        new PageFixture(
            new AuthFixture(
                directory,
                AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
                    .withAccounts(new AccountSettings(true, false, false))));
    String invite = invite("ann");
    Answer begun =
        page().send("POST", BEGIN, nobody(), Map.of("token", invite, "passwordless", true));
    JsonNode wishes =
        begun.json().path("webauthn_creation").path("publicKey").path("authenticatorSelection");
    assertThat(wishes.path("residentKey").asText()).isEqualTo("required");
    assertThat(wishes.path("userVerification").asText()).isEqualTo("required");
    var body = finish(invite, begun, new SoftwareAuthenticator(random), "");
    assertThat(page().send("POST", FINISH, nobody(), body).status()).isEqualTo(200);
    for (String password : List.of("", "anything at all")) {
      assertThat(
              page()
                  .send(
                      "POST",
                      "/v1/webapi/mfa/login/begin",
                      nobody(),
                      Map.of("user", "ann", "pass", password))
                  .status())
          .isEqualTo(403);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import static dev.jtsh.cluster.web.page.PageFixture.nobody;
import static dev.jtsh.cluster.web.page.PageFixture.own;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jtsh.cluster.auth.AccountSettings;
import dev.jtsh.cluster.auth.AuthFixture;
import dev.jtsh.cluster.auth.AuthSettings;
import dev.jtsh.cluster.auth.UserRecord;
import dev.jtsh.cluster.auth.Users;
import dev.jtsh.cluster.web.page.PageFixture.Answer;
import dev.jtsh.cluster.web.page.PageFixture.Tab;
import dev.jtsh.pki.PasswordHash;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.protocol.web.WebauthnCreationJson;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 22: a recovery code alone, or one that was used, becomes somebody's account. */
@Timeout(120)
class Attack22RecoveryIT {
  private static final String BEGIN = "/v1/webapi/jtsh/recovery/begin";
  private static final String FINISH = "/v1/webapi/jtsh/recovery/finish";
  private static final String NEW_PASSWORD = "a wholly new password";
  private static final String NO_CODE = "1-0000-0000-0000-0000";
  private static final ObjectMapper MAPPER = WireJson.newMapper();

  @TempDir Path directory;
  private @Nullable PageFixture opened;
  private AuthFixture.@Nullable Person ann;
  private List<String> codes = List.of();

  @BeforeEach
  void open() throws Exception {
    opened =
        new PageFixture(
            new AuthFixture(
                directory,
                AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
                    .withAccounts(new AccountSettings(false, true, false))));
    Users.Addition added = page().auth.auth.users().add("ann", List.of("dev"));
    AuthFixture.SignedUp signedUp =
        page().auth.signUp("ann", ((Users.Addition.Invited) added).invite());
    ann = signedUp.person();
    codes = signedUp.recoveryCodes();
  }

  @AfterEach
  void close() {
    page().close();
  }

  private PageFixture page() {
    return Objects.requireNonNull(opened);
  }

  private AuthFixture.Person ann() {
    return Objects.requireNonNull(ann);
  }

  private UserRecord stored() {
    return page().auth.auth.users().get("ann").orElseThrow();
  }

  private Answer begin(Map<String, Object> body) throws Exception {
    return page().send("POST", BEGIN, nobody(), body);
  }

  private static Map<String, Object> lostPassword(String user, String code) {
    return Map.of("user", user, "code", code, "lost_key", false);
  }

  private static Map<String, Object> lostKey(String user, String code, String password) {
    return Map.of("user", user, "code", code, "lost_key", true, "password", password);
  }

  /** The body that finishes, with ann's own key. */
  private Map<String, Object> newPassword(String code, Answer begun) throws Exception {
    var body = new HashMap<>(lostPassword("ann", code));
    body.put("password", NEW_PASSWORD);
    body.put(
        "webauthn_assertion",
        ann()
            .sign(
                MAPPER.treeToValue(
                    begun.json().path("webauthn_challenge"), WebauthnChallengeJson.class)));
    return body;
  }

  @Test
  void codesAreShownOnceAndStoredAsHashesOfPasswords() {
    assertThat(codes).hasSize(3).allMatch(code -> code.matches("[1-3](-[0-9a-z]{4}){4}"));
    assertThat(stored().recoveryCodes())
        .hasSize(3)
        .allMatch(hash -> hash.contains("argon2id"))
        .noneMatch(codes::contains);
  }

  @Test
  void lostPasswordIsReplacedWithACodeAndTheKeyAndAllSessionsEnd() throws Exception {
    Tab before = page().logIn(ann());
    page().auth.clock.advance(Duration.ofSeconds(5));
    Answer begun = begin(lostPassword("ann", codes.getFirst()));
    Answer done = page().send("POST", FINISH, nobody(), newPassword(codes.getFirst(), begun));

    assertThat(done.status()).isEqualTo(200);
    assertThat(done.json().path("codes_left").asInt()).isEqualTo(2);
    assertThat(done.headers()).doesNotContainKey("Set-Cookie");
    assertThat(page().send("GET", "/v1/webapi/jtsh/sessions", own(before), "").status())
        .isEqualTo(401);
    assertThat(logIn(AuthFixture.PASSWORD)).isEqualTo(403);
    assertThat(logIn(NEW_PASSWORD)).isEqualTo(200);
    assertThat(begin(lostPassword("ann", codes.getFirst())).status())
        .as("a used code")
        .isEqualTo(403);
  }

  private int logIn(String password) throws Exception {
    return page()
        .send(
            "POST", "/v1/webapi/mfa/login/begin", nobody(), Map.of("user", "ann", "pass", password))
        .status();
  }

  @Test
  void lostKeyIsReplacedWithACodeAndThePasswordAndTheNewOneWaits() throws Exception {
    var body = lostKey("ann", codes.getLast(), AuthFixture.PASSWORD);
    Answer begun = begin(body);
    assertThat(begun.status()).isEqualTo(200);
    var key = new SoftwareAuthenticator(new SecureRandom());
    var finish = new HashMap<>(body);
    finish.put("device_name", "new key");
    finish.put(
        "webauthn_attestation",
        AuthFixture.attestation(
            key,
            MAPPER.treeToValue(
                begun.json().path("webauthn_creation"), WebauthnCreationJson.class)));
    Answer done = page().send("POST", FINISH, nobody(), finish);

    assertThat(done.status()).isEqualTo(200);
    assertThat(done.json().path("approves_from").asText()).isNotEmpty();
    assertThat(stored().devices()).hasSize(1);
    assertThat(stored().devices().getFirst().name()).isEqualTo("new key");
    assertThat(stored().devices().getFirst().approvesFrom())
        .isAfter(page().auth.clock.instant().plus(Duration.ofHours(23)));
  }

  @Test
  void codeWithoutTheOtherHalfIsWorthNothing() throws Exception {
    assertThat(begin(lostKey("ann", codes.getFirst(), "not the password")).status()).isEqualTo(403);
    assertThat(begin(lostKey("ann", codes.getFirst(), "")).status()).isEqualTo(403);
    Answer begun = begin(lostPassword("ann", codes.getFirst()));
    var noKey = new HashMap<>(lostPassword("ann", codes.getFirst()));
    noKey.put("password", NEW_PASSWORD);
    assertThat(page().send("POST", FINISH, nobody(), noKey).status()).isEqualTo(403);
    // Another person's key, and a challenge that was given for a login.
    var mallory = page().auth.enroll("mallory", "dev");
    var foreign = new HashMap<>(noKey);
    ObjectNode forAnyKey = begun.json().path("webauthn_challenge").deepCopy();
    ((ObjectNode) forAnyKey.path("publicKey")).remove("allowCredentials");
    foreign.put(
        "webauthn_assertion",
        mallory.sign(MAPPER.treeToValue(forAnyKey, WebauthnChallengeJson.class)));
    assertThat(page().send("POST", FINISH, nobody(), foreign).status()).isEqualTo(403);
    Answer login =
        page()
            .send(
                "POST",
                "/v1/webapi/mfa/login/begin",
                nobody(),
                Map.of("user", "ann", "pass", AuthFixture.PASSWORD));
    assertThat(page().send("POST", FINISH, nobody(), newPassword(codes.getFirst(), login)).status())
        .isEqualTo(403);
    assertThat(stored().recoveryCodes()).noneMatch(String::isEmpty);
    assertThat(logIn(AuthFixture.PASSWORD)).isEqualTo(200);
  }

  @Test
  void ofTwoWhoUseOneCodeAtOneTimeOneDoes() throws Exception {
    String code = codes.get(1);
    List<Map<String, Object>> bodies = new ArrayList<>();
    bodies.add(newPassword(code, begin(lostPassword("ann", code))));
    bodies.add(newPassword(code, begin(lostPassword("ann", code))));
    var go = new CountDownLatch(1);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> both = new ArrayList<>();
      for (Map<String, Object> body : bodies) {
        both.add(
            executor.submit(() -> {
              go.await();
              return page().send("POST", FINISH, nobody(), body).status();
            }));
      }
      go.countDown();
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> one : both) {
        statuses.add(one.get(30, TimeUnit.SECONDS));
      }
      assertThat(statuses).containsExactlyInAnyOrder(200, 403);
    }
    assertThat(stored().recoveryCodes().stream().filter(String::isEmpty)).hasSize(1);
  }

  @Test
  void attack26UnknownNamesGetTheSameAnswerForTheSameWork() throws Exception {
    Answer wrong = begin(lostPassword("ann", NO_CODE));
    for (Map<String, Object> body :
        List.of(
            lostPassword("nobody", NO_CODE),
            lostPassword("nobody", codes.getFirst()),
            lostPassword("../ann", "x"),
            lostKey("nobody", NO_CODE, AuthFixture.PASSWORD),
            lostKey("ann", NO_CODE, AuthFixture.PASSWORD))) {
      long before = PasswordHash.runs();
      Answer answer = begin(body);
      assertThat(answer.status()).isEqualTo(wrong.status()).isEqualTo(403);
      assertThat(answer.json()).isEqualTo(wrong.json());
      assertThat(PasswordHash.runs() - before)
          .as(body.toString())
          .isEqualTo(Boolean.TRUE.equals(body.get("lost_key")) ? 2 : 1);
    }
  }

  @Test
  void triesAreCountedAndOnlyOurPageMayAsk() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(begin(lostPassword("ann", NO_CODE)).status()).isEqualTo(403);
    }
    long before = PasswordHash.runs();
    assertThat(begin(lostPassword("ann", codes.getFirst())).status()).isEqualTo(403);
    assertThat(PasswordHash.runs()).as("no work for a flood").isEqualTo(before);
    page().auth.clock.advance(Duration.ofMinutes(2));
    assertThat(
            page()
                .send(
                    "POST",
                    BEGIN,
                    Map.of("Origin", "https://evil.example"),
                    lostPassword("ann", codes.getFirst()))
                .status())
        .isEqualTo(403);
    assertThat(begin(lostPassword("ann", codes.getFirst())).status()).isEqualTo(200);
  }

  @Test
  void newInviteMakesOldCodesWorthless() throws Exception {
    Users.Addition again = page().auth.auth.users().invite("ann");
    page().auth.signUp("ann", ((Users.Addition.Invited) again).invite());

    assertThat(begin(lostPassword("ann", codes.getFirst())).status()).isEqualTo(403);
  }
}

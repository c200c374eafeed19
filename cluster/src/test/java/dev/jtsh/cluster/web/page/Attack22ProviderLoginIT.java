// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static dev.jtsh.cluster.testing.FakeOpenIdProvider.person;
import static dev.jtsh.cluster.web.page.PageFixture.own;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.jtsh.cluster.auth.AuthFixture;
import dev.jtsh.cluster.auth.SsoFixture;
import dev.jtsh.cluster.auth.SsoSettings;
import dev.jtsh.cluster.web.page.PageFixture.Answer;
import dev.jtsh.cluster.web.page.PageFixture.Tab;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.tests.fixtures.webauthn.Assertion;
import dev.jtsh.tests.fixtures.webauthn.Registration;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 22: a provider's login of one browser is finished, planted or used in another. */
@Timeout(120)
class Attack22ProviderLoginIT {
  private static final String ANY = "01234567-89ab-5cde-8f01-23456789abcd";
  private static final Map<String, Object> ANN = person("u1", "ann@example.com", "k8s");
  private static final ObjectMapper MAPPER = WireJson.newMapper();

  @TempDir Path directory;
  private @Nullable SsoFixture opened;
  private @Nullable PageFixture page;
  private final SoftwareAuthenticator key = new SoftwareAuthenticator(new SecureRandom());

  private void open(SsoSettings.FirstKey firstKey) throws Exception {
    opened = new SsoFixture(directory, firstKey);
    page = new PageFixture(opened.auth);
  }

  @AfterEach
  void close() {
    page().close();
    requireNonNull(opened).provider.close();
  }

  private PageFixture page() {
    return requireNonNull(page);
  }

  /** A login that was begun: the browser's cookie, and where the provider is. */
  private record Begun(String cookie, String place) {}

  private Begun begin(String id) throws Exception {
    Answer begun =
        page()
            .send(
                "POST",
                "/v1/webapi/jtsh/sso/begin",
                PageFixture.nobody(),
                Map.of("connector", "okta", "headless_id", id));
    assertThat(begun.status()).isEqualTo(200);
    return new Begun(begun.cookie().split(";", 2)[0], begun.json().path("redirect_url").asText());
  }

  /** The provider sends the browser back. */
  private String back(Begun begun, String cookie, Map<String, Object> who) throws Exception {
    String query = requireNonNull(opened).provider.logIn(begun.place(), who);
    return back(query, cookie);
  }

  private String back(String query, String cookie) throws Exception {
    Map<String, String> headers = cookie.isEmpty() ? Map.of() : Map.of("Cookie", cookie);
    Answer answer = page().send("GET", "/v1/webapi/oidc/callback?" + query, headers, "");
    return answer.headers().getOrDefault("Location", List.of("")).getFirst();
  }

  private Answer finish(String cookie) throws Exception {
    var headers = new HashMap<>(PageFixture.nobody());
    headers.put("Cookie", cookie);
    return page().send("POST", "/v1/webapi/jtsh/sso/finish", headers, "{}");
  }

  private Tab logIn() throws Exception {
    Begun begun = begin(ANY);
    assertThat(back(begun, begun.cookie(), ANN)).isEqualTo("/web/headless/" + ANY + "#sso");
    return PageFixture.tab(finish(begun.cookie()));
  }

  @Test
  void userWithoutPasswordRegistersAKeyAndApproves() throws Exception {
    open(SsoSettings.FirstKey.AT_ONCE);
    Tab tab = logIn();
    String id = page().ask("ann@example.com", facts("c1")).id;
    String digest = page().look(tab, id).json().path("facts").path("digest").asText();

    Tab after = register(tab);
    assertThat(page().look(tab, id).status()).as("new secrets after it").isEqualTo(401);
    Answer approved = approve(after, id, digest);

    assertThat(approved.status()).as(approved.json().toString()).isEqualTo(200);
    assertThat(approved.json().path("jtsh_first_key").asText()).isEqualTo("no");
  }

  @Test
  void requestOfAUserWhomNobodyKnewYetShowsWhatTheLoginBrought() throws Exception {
    open(SsoSettings.FirstKey.AT_ONCE);
    String id = page().ask("ann@example.com", facts("c1")).id;

    var shown = page().look(logIn(), id).json().path("facts").path("kube_clusters");

    assertThat(shown).hasSize(1);
    assertThat(shown.path(0).asText()).isEqualTo("c1");
  }

  @Test
  void firstKeyWaitsWhereThePolicySaysSo() throws Exception {
    open(SsoSettings.FirstKey.WAITS);
    Tab tab = register(logIn());
    String id = page().ask("ann@example.com", facts("c1")).id;
    String digest = page().look(tab, id).json().path("facts").path("digest").asText();

    Answer early = approve(tab, id, digest);

    assertThat(early.status()).isEqualTo(403);
    assertThat(early.json().path("message").asText())
        .startsWith("this key is new: it may approve from ");
    requireNonNull(opened).auth.clock.advance(Duration.ofHours(25));
    Tab later = logIn();
    String next = page().ask("ann@example.com", facts("c1")).id;
    String facts = page().look(later, next).json().path("facts").path("digest").asText();
    assertThat(approve(later, next, facts).status()).isEqualTo(200);
  }

  @Test
  void secondKeyNeedsTheFirstAndAFirstMayBeForbidden() throws Exception {
    open(SsoSettings.FirstKey.AT_ONCE);
    Tab tab = register(logIn());
    assertThat(page().send("POST", "/v1/webapi/jtsh/keys/begin", own(tab), "{}").status())
        .as("a stolen session adds no key of the thief")
        .isEqualTo(403);
    Tab local = page().logIn(page().auth.enroll("bob", "dev"));
    assertThat(page().send("POST", "/v1/webapi/jtsh/keys/begin", own(local), "{}").status())
        .isEqualTo(403);
  }

  @Test
  void firstKeyIsRefusedWhereThePolicySaysSo() throws Exception {
    open(SsoSettings.FirstKey.REFUSED);
    Tab tab = logIn();

    assertThat(page().send("POST", "/v1/webapi/jtsh/keys/begin", own(tab), "{}").status())
        .isEqualTo(403);
  }

  @Test
  void passkeyIsNoWayAroundTheProvider() throws Exception {
    open(SsoSettings.FirstKey.AT_ONCE);
    register(logIn());
    Answer begun =
        page()
            .send(
                "POST",
                "/v1/webapi/mfa/login/begin",
                PageFixture.nobody(),
                Map.of("user", "", "passwordless", true));

    Answer done =
        page()
            .send(
                "POST",
                "/v1/webapi/mfa/login/finishsession",
                PageFixture.nobody(),
                Map.of("user", "", "webauthnAssertionResponse", sign(begun)));

    assertThat(done.status()).isEqualTo(403);
    assertThat(done.cookie()).isEmpty();
  }

  @Test
  void sessionFixationByAProvidersAnswerOfAnotherBrowserIsRefused() throws Exception {
    open(SsoSettings.FirstKey.WAITS);
    Begun mallory = begin(ANY);
    Begun victim = begin(ANY);
    String answer = requireNonNull(opened).provider.logIn(mallory.place(), ANN);

    assertThat(back(answer, victim.cookie())).as("the victim opens mallory's answer").isEmpty();
    assertThat(finish(victim.cookie()).status()).isEqualTo(403);
    assertThat(back(answer, mallory.cookie())).as("and it is used up").isEmpty();
    assertThat(finish(mallory.cookie()).status()).isEqualTo(403);
    Begun without = begin(ANY);
    assertThat(back(without, "", ANN)).isEmpty();
  }

  @Test
  void crossSiteRequestForgeryBeginsAndFinishesNothing() throws Exception {
    open(SsoSettings.FirstKey.WAITS);
    Begun begun = begin(ANY);
    back(begun, begun.cookie(), ANN);
    for (Map<String, String> other :
        List.of(
            Map.of("Origin", "https://evil.example", "Cookie", begun.cookie()),
            Map.of("Cookie", begun.cookie()),
            Map.of(
                "Origin",
                AuthFixture.ORIGIN,
                "Sec-Fetch-Site",
                "cross-site",
                "Cookie",
                begun.cookie()))) {
      for (String path : List.of("sso/begin", "sso/finish", "keys/begin", "keys/finish")) {
        assertThat(page().send("POST", "/v1/webapi/jtsh/" + path, other, "{}").status())
            .as(path)
            .isEqualTo(403);
      }
    }
    assertThat(finish(begun.cookie()).status()).isEqualTo(200);
    assertThat(finish(begun.cookie()).status()).as("once").isEqualTo(403);
  }

  @Test
  void openRedirectThroughTheRequestIdIsRefused() throws Exception {
    open(SsoSettings.FirstKey.WAITS);
    for (String id : List.of("//evil.example", "../x", "https://evil.example", ANY + "/x", "")) {
      assertThat(
              page()
                  .send(
                      "POST",
                      "/v1/webapi/jtsh/sso/begin",
                      PageFixture.nobody(),
                      Map.of("connector", "okta", "headless_id", id))
                  .status())
          .as(id)
          .isEqualTo(400);
    }
  }

  @Test
  void failureComesBackAsOneOfOurWordsNeverAsTheProvidersText() throws Exception {
    open(SsoSettings.FirstKey.WAITS);
    Begun begun = begin(ANY);
    String state = requireNonNull(opened).provider.logIn(begun.place(), ANN).replaceAll(".*&", "");

    assertThat(
            back(
                "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&" + state,
                begun.cookie()))
        .isEqualTo("/web/headless/" + ANY + "#sso-denied");
    Begun nobody = begin(ANY);
    assertThat(back(nobody, nobody.cookie(), person("u2", "eve@example.com", "staff")))
        .isEqualTo("/web/headless/" + ANY + "#sso-no_roles");
  }

  @Test
  void cookieOfTheLoginIsForThisHostOnlyAndNoScriptReadsIt() throws Exception {
    open(SsoSettings.FirstKey.WAITS);
    Answer begun =
        page()
            .send(
                "POST",
                "/v1/webapi/jtsh/sso/begin",
                PageFixture.nobody(),
                Map.of("connector", "okta", "headless_id", ANY));

    assertThat(begun.cookie())
        .startsWith("__Host-sso=")
        .contains("; Path=/")
        .contains("; Secure")
        .contains("; HttpOnly")
        .doesNotContain("Domain");
  }

  private Tab register(Tab tab) throws Exception {
    Answer asked = page().send("POST", "/v1/webapi/jtsh/keys/begin", own(tab), "{}");
    assertThat(asked.status()).as(asked.json().toString()).isEqualTo(200);
    var options = asked.json().path("publicKey");
    Registration made =
        key.register(
            "localhost",
            AuthFixture.ORIGIN,
            bytes(options.path("challenge").asText()),
            bytes(options.path("user").path("id").asText()));
    return PageFixture.tab(
        page()
            .send(
                "POST",
                "/v1/webapi/jtsh/keys/finish",
                own(tab),
                Map.of(
                    "attestation",
                    WebauthnAttestationJson.of(
                        ByteString.copyFrom(made.credentialId()),
                        new WebauthnAttestationJson.Response(
                            ByteString.copyFrom(made.clientDataJson()),
                            ByteString.copyFrom(made.attestationObject()))))));
  }

  private static byte[] bytes(String base64) {
    return Base64.getDecoder().decode(base64.replace('-', '+').replace('_', '/').replace("=", ""));
  }

  private Answer approve(Tab tab, String id, String digest) throws Exception {
    int number = page().auth.shownNumber(id);
    Answer challenge = page().challenge(tab, id, digest, number);
    return page()
        .put(
            tab,
            id,
            Map.of(
                "action",
                "accept",
                "webauthnAssertionResponse",
                sign(challenge),
                "jtsh_facts_digest",
                digest,
                "jtsh_number",
                number));
  }

  private WebauthnAssertionJson sign(Answer challenge) throws Exception {
    WebauthnChallengeJson asked =
        MAPPER.treeToValue(challenge.json(), PageFixture.Begun.class).webauthnChallenge();
    var options = asked.publicKey();
    Assertion signed =
        key.sign(
            options.rpId(),
            AuthFixture.ORIGIN,
            options.challenge().toByteArray(),
            options.allowCredentials().stream().map(c -> c.id().toByteArray()).toList());
    return WebauthnAssertionJson.of(
        ByteString.copyFrom(signed.credentialId()),
        new WebauthnAssertionJson.Response(
            ByteString.copyFrom(signed.clientDataJson()),
            ByteString.copyFrom(signed.authenticatorData()),
            ByteString.copyFrom(signed.signature()),
            ByteString.copyFrom(signed.userHandle())));
  }
}

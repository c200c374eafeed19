// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static dev.jtsh.cluster.web.page.PageFixture.own;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.auth.AuthFixture;
import dev.jtsh.cluster.web.page.PageFixture.Tab;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 22: another site, a planted or a stolen half of a session decides for the person. */
@Timeout(120)
class Attack22WebSessionIT {
  private static final Map<String, Object> DENY = Map.of("action", "denied");

  @TempDir Path directory;
  private @org.jspecify.annotations.Nullable PageFixture opened;
  private AuthFixture.@org.jspecify.annotations.Nullable Person alice;

  @BeforeEach
  void open() throws Exception {
    opened = new PageFixture(directory);
    alice = opened.auth.enroll("alice", "dev");
  }

  @AfterEach
  void close() {
    page().close();
  }

  private PageFixture page() {
    return java.util.Objects.requireNonNull(opened);
  }

  private AuthFixture.Person alice() {
    return java.util.Objects.requireNonNull(alice);
  }

  @Test
  void crossSiteRequestForgeryIsRefusedWhateverTheBrowserSendsAlong() throws Exception {
    Tab tab = page().logIn(alice());
    String id = page().ask("alice", facts("c1")).id;
    for (Map<String, String> other :
        List.of(
            Map.of("Origin", "https://evil.example"),
            Map.of("Origin", "null"),
            Map.of("Origin", "https://localhost:3081"),
            Map.of("Origin", "https://localhost"),
            Map.of("Origin", "http://localhost:3080"),
            Map.of("Origin", AuthFixture.ORIGIN, "Sec-Fetch-Site", "same-site"),
            Map.of("Origin", AuthFixture.ORIGIN, "Sec-Fetch-Site", "cross-site"))) {
      var headers = new HashMap<>(own(tab));
      headers.remove("Sec-Fetch-Site");
      headers.putAll(other);
      assertThat(page().send("PUT", "/webapi/headless/" + id, headers, DENY).status())
          .as(other.toString())
          .isEqualTo(403);
    }
    var none = new HashMap<>(own(tab));
    none.remove("Origin");
    assertThat(page().send("PUT", "/webapi/headless/" + id, none, DENY).status()).isEqualTo(403);
    var form = new HashMap<>(own(tab));
    form.put("Content-Type", "text/plain");
    assertThat(page().send("PUT", "/webapi/headless/" + id, form, DENY).status()).isEqualTo(400);
    assertThat(page().look(tab, id).json().path("state").asText()).isEqualTo("pending");
    var elsewhere = new HashMap<>(own(tab));
    elsewhere.put("Origin", "https://evil.example");
    assertThat(page().send("DELETE", "/webapi/jtsh/sessions/" + id, elsewhere, "").status())
        .isEqualTo(403);
    assertThat(page().send("DELETE", "/webapi/jtsh/sessions/" + id, own(tab), "").status())
        .as("a request is no session")
        .isEqualTo(404);
  }

  @Test
  void loginFromAnotherSiteIsRefused() throws Exception {
    var answer =
        page()
            .send(
                "POST",
                "/webapi/mfa/login/finishsession",
                Map.of("Origin", "https://evil.example"),
                Map.of("user", "alice"));

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.cookie()).isEmpty();
  }

  @Test
  void stolenCookieWithoutTheBearerIsWorthNothing() throws Exception {
    Tab tab = page().logIn(alice());
    Tab other = page().logIn(alice());
    String id = page().ask("alice", facts("c1")).id;
    var cookieOnly = new HashMap<>(own(tab));
    cookieOnly.remove("Authorization");
    var bearerOnly = new HashMap<>(own(tab));
    bearerOnly.remove("Cookie");

    for (var headers :
        List.of(
            cookieOnly,
            bearerOnly,
            own(new Tab(tab.cookie(), other.token())),
            own(new Tab(tab.cookie() + "; " + other.cookie(), tab.token())),
            own(new Tab("__Host-session=zz", tab.token())))) {
      assertThat(page().send("GET", "/webapi/jtsh/headless/" + id, headers, "").status())
          .as(headers.toString())
          .isEqualTo(401);
      assertThat(page().send("PUT", "/webapi/headless/" + id, headers, DENY).status())
          .isEqualTo(401);
    }
    assertThat(page().look(tab, id).status()).isEqualTo(200);
  }

  @Test
  void fixedSessionIsNotTakenOverByALogin() throws Exception {
    Tab planted = page().logIn(page().auth.enroll("mallory", "dev"));
    Tab after = page().logIn(alice(), own(planted));

    assertThat(after.cookie()).isNotEqualTo(planted.cookie());
    assertThat(after.token()).isNotEqualTo(planted.token());
    String id = page().ask("alice", facts("c1")).id;
    assertThat(page().look(planted, id).status()).as("still mallory").isEqualTo(404);
    assertThat(page().look(after, id).json().path("user").asText()).isEqualTo("alice");
  }

  @Test
  void secretsOfASessionChangeWithADecisionAndEndWithTheLogout() throws Exception {
    Tab tab = page().logIn(alice());
    String id = page().ask("alice", facts("c1")).id;
    page().look(tab, id);
    Tab after = PageFixture.tab(page().put(tab, id, DENY));

    assertThat(after).isNotEqualTo(tab);
    assertThat(page().look(tab, id).status()).isEqualTo(401);
    assertThat(page().look(after, id).json().path("state").asText()).isEqualTo("denied");
    assertThat(page().send("DELETE", "/webapi/sessions/web", own(after), "{}").cookie())
        .startsWith("__Host-session=;")
        .contains("Max-Age=0");
    assertThat(page().look(after, id).status()).isEqualTo(401);
  }

  @Test
  void cookieIsForThisHostOnlyAndNoScriptReadsIt() throws Exception {
    var begun = page().logIn(alice());
    var renewed = page().send("POST", "/webapi/sessions/web/renew", own(begun), "{}");

    assertThat(renewed.cookie())
        .startsWith("__Host-session=")
        .contains("; Path=/")
        .contains("; Secure")
        .contains("; HttpOnly")
        .contains("; SameSite=Strict")
        .doesNotContain("Domain")
        .doesNotContain(renewed.json().path("token").asText());
  }

  @Test
  void sessionEndsByItselfUsedOrNot() throws Exception {
    Tab idle = page().logIn(alice());
    String id = page().ask("alice", facts("c1")).id;
    page().auth.clock.advance(Duration.ofMinutes(16));
    assertThat(page().look(idle, id).status()).isEqualTo(401);
    Tab used = page().logIn(alice());
    for (int i = 0; i < 6; i++) {
      assertThat(page().look(used, id).status()).isNotEqualTo(401);
      page().auth.clock.advance(Duration.ofMinutes(10));
    }
    assertThat(page().look(used, id).status()).isEqualTo(401);
  }

  @Test
  void userWhoIsLockedOutHasNoSessionAnyMore() throws Exception {
    Tab tab = page().logIn(alice());
    String id = page().ask("alice", facts("c1")).id;
    assertThat(page().look(tab, id).status()).isEqualTo(200);
    page().auth.auth.locks().put(dev.jtsh.cluster.access.Lock.Kind.USER, "alice", "gone", null);

    assertThat(page().look(tab, id).status()).isEqualTo(401);
  }

  @Test
  void pageCannotBeFramedAndTakesScriptsFromItselfOnly() throws Exception {
    var page =
        page().send("GET", "/web/headless/00000000-0000-5000-8000-000000000000", Map.of(), "");

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.headers().getOrDefault("Content-Security-Policy", List.of("")).getFirst())
        .contains("frame-ancestors 'none'")
        .contains("default-src 'none'")
        .contains("script-src 'self';")
        .contains("base-uri 'none'")
        .contains("form-action 'none'")
        .doesNotContain("unsafe");
    for (String file : List.of("page.js", "calls.js", "page.css", "icon.svg")) {
      assertThat(page().send("GET", "/web/page/" + file, Map.of(), "").status()).isEqualTo(200);
    }
    assertThat(page().send("GET", "/web/page/..", Map.of(), "").status()).isEqualTo(404);
    assertThat(page().send("GET", "/web/page/page.html", Map.of(), "").status()).isEqualTo(404);
  }

  @Test
  void noLinkLeadsToAnotherSite() throws Exception {
    String id = "cb483ac7-2386-5991-9b89-9373500afe25";
    assertThat(page().send("GET", "/headless/" + id, Map.of(), "").headers().get("Location"))
        .containsExactly("/web/headless/" + id);
    for (String path :
        List.of(
            "/headless//evil.example",
            "//evil.example/web/headless/" + id,
            "/web/headless/" + id + "/../../evil",
            "/headless/" + id + "%2f..",
            "/web/headless/<script>",
            "/web?redirect_uri=https://evil.example")) {
      var answer = page().send("GET", path, Map.of(), "");
      assertThat(answer.status()).as(path).isEqualTo(404);
      assertThat(answer.headers()).doesNotContainKey("Location");
    }
  }
}

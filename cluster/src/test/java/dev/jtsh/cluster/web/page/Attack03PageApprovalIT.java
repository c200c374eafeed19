// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.auth.AuthFixture;
import dev.jtsh.cluster.web.page.PageFixture.Answer;
import dev.jtsh.cluster.web.page.PageFixture.Tab;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 3 and its kin by way of the page: an approval is worth one request, as it was shown. */
@Timeout(120)
class Attack03PageApprovalIT {
  @TempDir Path directory;

  /** What one look at a request gave. */
  private record Shown(String id, String digest, int number) {}

  private static Shown shown(PageFixture page, Tab tab, AuthFixture.RemoteBox box)
      throws Exception {
    Answer seen = page.look(tab, box.id);
    assertThat(seen.status()).as(seen.json().toString()).isEqualTo(200);
    return new Shown(
        box.id, seen.json().path("facts").path("digest").asText(), page.auth.shownNumber(box.id));
  }

  @Test
  void theRightNumberAndATouchApprove() throws Exception {
    try (var page = new PageFixture(directory)) {
      var alice = page.auth.enroll("alice", "dev");
      Tab tab = page.logIn(alice);
      Shown request = shown(page, tab, page.ask("alice", facts("c1")));
      Answer challenge = page.challenge(tab, request.id(), request.digest(), request.number());
      Map<String, Object> approval =
          page.approval(alice, challenge, request.digest(), request.number());

      Tab after = PageFixture.tab(page.put(tab, request.id(), approval));
      assertThat(page.look(after, request.id()).json().path("state").asText())
          .isEqualTo("approved");
      assertThat(page.put(after, request.id(), approval).status()).as("replay").isEqualTo(403);
    }
  }

  @Test
  void phishersRequestIsDeniedByTheNumberOfHersBeforeTheKeyIsAsked() throws Exception {
    try (var page = new PageFixture(directory)) {
      var alice = page.auth.enroll("alice", "dev");
      Tab tab = page.logIn(alice);
      Shown hers = shown(page, tab, page.ask("alice", facts("c1")));
      Shown forged = shown(page, tab, page.ask("alice", facts("c1")));
      int other = hers.number() == forged.number() ? 99 + forged.number() % 900 : hers.number();

      Answer refused = page.challenge(tab, forged.id(), forged.digest(), other);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.json().path("message").asText()).contains("the request is denied");
      assertThat(page.look(tab, forged.id()).json().path("state").asText()).isEqualTo("denied");
      assertThat(page.challenge(tab, hers.id(), hers.digest(), 0).status())
          .as("no number, no challenge")
          .isEqualTo(403);
      assertThat(page.look(tab, hers.id()).json().path("state").asText()).isEqualTo("pending");
    }
  }

  @Test
  void anotherUsersRequestIsNeitherSeenNorDecided() throws Exception {
    try (var page = new PageFixture(directory)) {
      var alice = page.auth.enroll("alice", "dev");
      var mallory = page.auth.enroll("mallory", "dev");
      Shown hers = shown(page, page.logIn(alice), page.ask("alice", facts("c1")));
      Tab tab = page.logIn(mallory);

      assertThat(page.look(tab, hers.id()).status()).isEqualTo(404);
      assertThat(
              page.send("GET", "/webapi/headless/" + hers.id(), PageFixture.own(tab), "").status())
          .isEqualTo(400);
      Answer challenge = page.challenge(tab, hers.id(), hers.digest(), hers.number());
      assertThat(
              page.put(
                      tab,
                      hers.id(),
                      page.approval(mallory, challenge, hers.digest(), hers.number()))
                  .status())
          .isEqualTo(404);
      assertThat(page.put(tab, hers.id(), Map.of("action", "denied")).status()).isEqualTo(404);
    }
  }

  @Test
  void answerForOneRequestOrSessionApprovesNoOther() throws Exception {
    try (var page = new PageFixture(directory)) {
      var alice = page.auth.enroll("alice", "dev");
      Tab tab = page.logIn(alice);
      Tab elsewhere = page.logIn(alice);
      Shown one = shown(page, tab, page.ask("alice", facts("c1")));
      Shown two = shown(page, tab, page.ask("alice", facts("c1", "c2")));
      Answer forOne = page.challenge(tab, one.id(), one.digest(), one.number());

      assertThat(
              page.put(tab, two.id(), page.approval(alice, forOne, two.digest(), two.number()))
                  .status())
          .isEqualTo(403);
      Answer again = page.challenge(tab, one.id(), one.digest(), one.number());
      assertThat(
              page.put(elsewhere, one.id(), page.approval(alice, again, one.digest(), one.number()))
                  .status())
          .isEqualTo(403);
      assertThat(page.look(tab, one.id()).json().path("state").asText()).isEqualTo("pending");
    }
  }

  @Test
  void requestThatIsSwappedBetweenLookAndTapIsNotApproved() throws Exception {
    try (var page = new PageFixture(directory)) {
      var alice = page.auth.enroll("alice", "dev");
      Tab tab = page.logIn(alice);
      AuthFixture.RemoteBox box = page.ask("alice", facts("c1"));
      Shown request = shown(page, tab, box);
      Answer challenge = page.challenge(tab, request.id(), request.digest(), request.number());
      var bigger = box.request("alice", facts("c1", "c2"));
      page.auth
          .auth
          .headless()
          .submit(bigger, AuthFixture.SERVER, new java.util.concurrent.CompletableFuture<>());

      assertThat(
              page.put(
                      tab,
                      request.id(),
                      page.approval(alice, challenge, request.digest(), request.number()))
                  .status())
          .isEqualTo(403);
      assertThat(page.look(tab, request.id()).json().path("state").asText()).isEqualTo("denied");
    }
  }

  @Test
  void oneTimeCodeNeverApproves() throws Exception {
    try (var page = new PageFixture(directory)) {
      var alice = page.auth.enroll("alice", "dev");
      Tab tab = page.logIn(alice);
      Shown request = shown(page, tab, page.ask("alice", facts("c1")));

      assertThat(
              page.put(
                      tab,
                      request.id(),
                      Map.of(
                          "action", "accept",
                          "mfaResponse", Map.of("totp_code", "123456"),
                          "jtsh_facts_digest", request.digest(),
                          "jtsh_number", request.number()))
                  .status())
          .isEqualTo(400);
    }
  }

  @Test
  void foreignTextIsMadeSafeBeforeTheScriptSeesIt() throws Exception {
    try (var page = new PageFixture(directory)) {
      var alice = page.auth.enroll("alice", "dev");
      Tab tab = page.logIn(alice);
      var facts =
          new HeadlessFactsJson(
              "<img src=x onerror=alert(1)>\u202Eevil",
              "a\u0007b",
              List.of("c1"),
              Map.of(),
              "",
              false,
              "",
              Duration.ofHours(1));
      Answer seen = page.look(tab, page.ask("alice", facts).id);

      assertThat(seen.json().path("facts").path("host").asText())
          .contains("<img") // Text: the script only ever places it as text.
          .contains("\\u{202e}");
      assertThat(seen.json().path("facts").path("os_user").asText()).isEqualTo("a\\u{7}b");
      assertThat(
              new String(
                  page.response("GET", "/web/page/page.js", Map.of(), "").body(),
                  java.nio.charset.StandardCharsets.UTF_8))
          .doesNotContain("innerHTML", "insertAdjacent", "document.write", "eval(", "outerHTML");
    }
  }
}

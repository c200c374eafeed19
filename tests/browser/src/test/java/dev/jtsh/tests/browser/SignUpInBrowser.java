// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import static dev.jtsh.tests.browser.ApprovalInBrowser.keep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.browser.BrowserWorld.Asking;
import dev.jtsh.tests.browser.BrowserWorld.Invited;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A person opens the link of an invite in Chromium, in every way it can go. */
@Timeout(300)
@ExtendWith(BrowserWorld.Visit.class)
final class SignUpInBrowser {
  private static final String TAB = "\uE004";
  private static final String ENTER = "\uE007";
  private static final String UNKNOWN = "/web/invite/00000000000000000000000000000000";

  private final BrowserWorld world;

  SignUpInBrowser(BrowserWorld world) {
    this.world = world;
  }

  @Test
  void withAPasswordAndAKeyThatThenApprovesASession() throws IOException {
    Invited ann = world.invite();
    assertThat(ann.link()).matches(world.origin() + "/web/invite/[0-9a-f]{32}");
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false)) {
      browser.go(ann.link());
      browser.await("form");
      assertThat(browser.evaluate("return document.getElementById('user').value").asText())
          .isEqualTo(ann.name());
      assertThat(browser.text("#password-help")).startsWith("At least 12 characters");
      assertThat(browser.evaluate("return document.activeElement.tagName").asText())
          .as("a screen reader begins at the heading")
          .isEqualTo("H1");
      keep(browser, "sign-up");
      browser.type("#password", BrowserWorld.PASSWORD);
      browser.type("#again", BrowserWorld.PASSWORD);
      browser.click("#finish");
      browser.await("done");
      keep(browser, "signed-up");
      assertThat(browser.text("#command"))
          .isEqualTo("jtsh login --proxy=" + world.proxy() + " --user=" + ann.name());
      assertThat(browser.evaluate("return location.pathname").asText())
          .as("the token leaves the history")
          .isEqualTo("/web/invite/used");
      assertThat(browser.cookies()).as("signing up logs nobody in").isEmpty();
      try (Asking asking = world.ask(ann.name())) {
        browser.go(asking.link());
        browser.await("login");
        browser.click("#passkey");
        browser.await("request");
        browser.type("#number-input", asking.request().number());
        browser.click("#approve");
        browser.await("approved");
        asking.terminal().expect("Started local proxy for Kubernetes", BrowserWorld.SOON);
      }
      browser.go(ann.link());
      browser.await("gone");
      keep(browser, "invite-used");
    }
    assertThat(Files.readString(world.cluster().auditLog()))
        .doesNotContain(ann.link().substring(ann.link().lastIndexOf('/') + 1));
  }

  @Test
  void withTheKeyboardAlone() throws IOException {
    Invited bob = world.invite();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, true)) {
      browser.go(bob.link());
      browser.await("form");
      keep(browser, "dark-sign-up");
      // The name, the two ways, then both passwords.
      browser.press(TAB + TAB + TAB + BrowserWorld.PASSWORD + TAB + BrowserWorld.PASSWORD + ENTER);
      browser.await("done");
      keep(browser, "dark-signed-up");
    }
  }

  @Test
  void withAPasskeyAloneOnAPhone() throws IOException {
    Invited carol = world.invite();
    try (Browser browser = world.browser(Browser.Window.PHONE, true)) {
      browser.go(carol.link());
      browser.await("form");
      browser.click("input[name=way][value=alone]");
      keep(browser, "phone-dark-passkey-alone");
      assertThat(
              browser.evaluate("return document.getElementById('passwords').offsetParent").isNull())
          .isTrue();
      browser.click("#finish");
      browser.await("done");
      keep(browser, "phone-dark-signed-up");
      try (Asking asking = world.ask(carol.name())) {
        browser.go(asking.link());
        browser.await("login");
        browser.click("#passkey");
        browser.await("request");
        browser.click("#deny");
        browser.await("denied");
      }
    }
  }

  @Test
  void whatIsWrongIsSaidWhereItIs() throws IOException {
    Invited dave = world.invite();
    try (Browser browser = world.browser(Browser.Window.PHONE, false)) {
      browser.go(dave.link());
      browser.await("form");
      browser.type("#password", "too short");
      browser.click("#finish");
      awaitError(browser, "at least 12 characters");
      assertThat(browser.evaluate("return document.activeElement.id").asText())
          .isEqualTo("password");
      keep(browser, "phone-sign-up-short");
      browser.type("#password", " no more, but typed once");
      browser.type("#again", "something else than that");
      browser.click("#finish");
      awaitError(browser, "not the same");
      browser.evaluate("document.getElementById('again').value = ''");
      browser.type("#again", "too short no more, but typed once");
      browser.consent(false);
      browser.click("#finish");
      awaitError(browser, "The key was not used");
      keep(browser, "phone-key-cancelled");
      browser.consent(true);
      browser.click("#finish");
      browser.await("done");
    }
  }

  @Test
  void anUnknownLinkAndOneThatIsUsedMeanwhileLeadToTheSamePage() throws IOException {
    Invited erin = world.invite();
    try (Browser browser = world.browser(Browser.Window.PHONE, false)) {
      browser.go(world.origin() + UNKNOWN);
      browser.await("gone");
      String words = browser.text("main");
      keep(browser, "phone-invite-unknown");
      browser.go(erin.link());
      browser.await("form");
      // The program takes the same link.
      world.laptop(erin).signUp(erin.link(), BrowserWorld.PASSWORD).orThrow();
      browser.type("#password", BrowserWorld.PASSWORD);
      browser.type("#again", BrowserWorld.PASSWORD);
      browser.click("#finish");
      browser.await("gone");
      assertThat(browser.text("main")).isEqualTo(words);
    }
  }

  @Test
  void aRecoveryCodeStandsForALostPasswordOnceAndForALostKeyBesideThePassword() throws IOException {
    Invited frank = world.invite();
    try (Browser browser = world.browser(Browser.Window.PHONE, false)) {
      browser.go(frank.link());
      browser.await("form");
      browser.type("#password", BrowserWorld.PASSWORD);
      browser.type("#again", BrowserWorld.PASSWORD);
      browser.click("#finish");
      browser.await("done");
      String first = browser.text("#code-list li:first-child");
      String second = browser.text("#code-list li:last-child");
      keep(browser, "phone-recovery-codes");
      String password = "another password for browsers";
      recover(browser, frank, first);
      browser.type("#password", password);
      browser.type("#again", password);
      browser.click("#finish");
      browser.await("done");
      keep(browser, "phone-recovered");
      assertThat(browser.text("#left")).isEqualTo("Recovery codes left: 2.");
      recover(browser, frank, first);
      browser.type("#password", password);
      browser.type("#again", password);
      browser.click("#finish");
      awaitError(browser, "check user, code, password and key");
      recover(browser, frank, second.toUpperCase(java.util.Locale.ROOT));
      browser.click("input[name=lost][value=key]");
      keep(browser, "phone-recover-key");
      browser.type("#present", password);
      browser.click("#finish");
      browser.await("done");
      assertThat(browser.text("#waits")).contains("may approve headless sessions from");
    }
    assertThat(Files.readString(world.cluster().auditLog())).contains("recovery_code.used");
  }

  private void recover(Browser browser, Invited user, String code) throws IOException {
    browser.go(world.origin() + "/web/recover");
    browser.await("form");
    keep(browser, "phone-recover");
    browser.type("#user", user.name());
    browser.type("#code", code);
  }

  private static void awaitError(Browser browser, String part) {
    browser.awaitTrue(
        "return document.getElementById('form-error').textContent.includes("
            + Browser.quoted(part)
            + ")",
        "an error: " + part);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.tests.browser.BrowserWorld.Asking;
import dev.jtsh.tests.browser.BrowserWorld.Person;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A person opens the link of a headless session in Chromium, in every way it can go. */
@Timeout(300)
@ExtendWith(BrowserWorld.Visit.class)
final class ApprovalInBrowser {
  private static final String TAB = "\uE004";
  private static final String ENTER = "\uE007";
  private static final String SPACE = " ";
  private static final int PAGE_BYTES_MAX = 150_000;

  private final BrowserWorld world;

  ApprovalInBrowser(BrowserWorld world) {
    this.world = world;
  }

  @Test
  void withAPasskeyTheNumberAndATouchTheTerminalGoesOn() throws IOException {
    Person alice = world.person();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false)) {
      browser.give(alice.passkey());
      try (Asking asking = world.ask(alice)) {
        browser.go(asking.link());
        browser.await("login");
        keep(browser, "login");
        browser.click("#passkey");
        browser.await("request");
        assertThat(browser.text("#address")).startsWith("127.0.0.1:");
        assertThat(browser.text("#source")).startsWith("First time");
        assertThat(browser.text("#session")).startsWith("NEW session");
        assertThat(browser.text("#key")).matches("SHA256:[A-Za-z0-9+/]{43}");
        assertThat(browser.text("#clusters")).isEqualTo(BrowserWorld.KUBE);
        assertThat(browser.text("#length")).isEqualTo("12 hours from the approval on");
        assertThat(browser.text("#os-user")).isEqualTo(System.getProperty("user.name"));
        assertThat(browser.text("#left")).startsWith("Time left: 2:");
        keep(browser, "request-typed");
        browser.type("#number-input", asking.request().number());
        browser.click("#approve");
        browser.await("approved");
        keep(browser, "approved");
        assertThat(browser.text("#approved")).contains("You can return to your terminal.");
        asking.terminal().expect("Started local proxy for Kubernetes", BrowserWorld.SOON);
      }
      // From the same source again: picked, not typed.
      try (Asking asking = world.ask(alice)) {
        browser.go(asking.link());
        browser.await("request");
        assertThat(browser.text("#source")).startsWith("You have approved");
        assertThat(
                browser
                    .evaluate("return document.querySelectorAll('#choices input').length")
                    .asInt())
            .isEqualTo(6);
        keep(browser, "request-picked");
        browser.click("#choices input[value='" + asking.request().number() + "']");
        browser.click("#approve");
        browser.await("approved");
        asking.terminal().expect("Started local proxy for Kubernetes", BrowserWorld.SOON);
        browser.go(asking.link());
        browser.await("decided");
        keep(browser, "decided");
        assertThat(browser.text("#decided")).contains("was approved");
        browser.awaitTrue(
            "return document.querySelectorAll('#live:not([hidden]) li').length === 2",
            "both sessions");
        keep(browser, "live-sessions");
        browser.click("#live-list li:last-child button");
        browser.awaitTrue("return document.querySelectorAll('#live li').length === 1", "one left");
      }
    }
  }

  @Test
  void aWrongNumberDeniesBeforeTheKeyIsAsked() throws IOException {
    Person bob = world.person();
    try (Browser browser = world.browser(Browser.Window.PHONE, true);
        Asking asking = world.ask(bob)) {
      logIn(browser, bob, asking.link());
      browser.await("request");
      browser.click("#approve");
      browser.awaitTrue(
          "return document.getElementById('request-error').textContent !== ''", "a hint");
      assertThat(browser.text("#request-error")).isEqualTo("Type the three digits first.");
      keep(browser, "phone-dark-request");
      browser.type("#number-input", asking.request().misread().number());
      browser.click("#approve");
      browser.await("denied");
      keep(browser, "phone-dark-denied");
      assertThat(browser.text("#denied-why")).contains("not the number on the terminal");
      assertThat(asking.terminal().awaitExit(BrowserWorld.SOON)).isEqualTo(71);
    }
  }

  @Test
  void denyEndsTheWaitAndReportKeepsTheSourceAway() throws IOException {
    Person carol = world.person();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, true)) {
      try (Asking asking = world.ask(carol)) {
        logIn(browser, carol, asking.link());
        browser.await("request");
        keep(browser, "dark-request");
        browser.click("#deny");
        browser.await("denied");
        assertThat(asking.terminal().awaitExit(BrowserWorld.SOON)).isEqualTo(71);
      }
      try (Asking asking = world.ask(carol)) {
        browser.go(asking.link());
        browser.await("request");
        browser.click("#report");
        browser.await("denied");
        keep(browser, "dark-reported");
        assertThat(browser.text("#denied-why")).startsWith("Denied and reported");
        assertThat(asking.terminal().awaitExit(BrowserWorld.SOON)).isEqualTo(71);
      }
      assertThat(Files.readString(world.cluster().auditLog())).contains("jtsh.headless.reported");
    }
  }

  @Test
  void anotherUserSeesNothingAndAnUnknownLinkLeadsNowhere() throws IOException {
    Person dave = world.person();
    Person eve = world.person();
    try (Browser browser = world.browser(Browser.Window.PHONE, false);
        Asking asking = world.ask(dave)) {
      logIn(browser, eve, asking.link());
      browser.await("unknown");
      keep(browser, "phone-unknown");
      assertThat(browser.text("#unknown")).contains(eve.name()).doesNotContain(dave.name());
      browser.click("#log-out");
      browser.await("login");
      browser.give(dave.passkey());
    }
  }

  @Test
  void aRequestWhoseTimeIsOverCannotBeDecided() throws IOException {
    Person ivan = world.person();
    try (Browser browser = world.browser(Browser.Window.PHONE, false);
        Asking asking = world.ask(ivan)) {
      logIn(browser, ivan, asking.link());
      browser.await("request");
      // Nobody waits three minutes here: the page's clock goes on instead.
      browser.evaluate("const now = Date.now; Date.now = () => now() + 180000");
      browser.await("expired");
      keep(browser, "phone-expired");
      assertThat(
              browser.evaluate("return document.getElementById('approve').offsetParent").isNull())
          .isTrue();
    }
  }

  @Test
  void attack27ScriptInAHostNameStaysText() throws Exception {
    String host = "<img src=x onerror=document.title='hit'>\u202Egpj.exe";
    Person judy = world.person();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false);
        BrowserWorld.Claiming claiming = world.claim(judy, host)) {
      logIn(browser, judy, world.link(claiming.id()));
      browser.await("request");
      keep(browser, "script-in-host-name");
      assertThat(browser.text("#host")).contains("<img src=x").contains("\\u{202e}");
      assertThat(browser.evaluate("return document.querySelectorAll('main img').length").asInt())
          .isZero();
      assertThat(browser.evaluate("return document.title").asText()).doesNotContain("hit");
      browser.click("#deny");
      browser.await("denied");
    }
  }

  @Test
  void whatIsDecidedElsewhereShowsAndASecondTabHasNoSessionOfItsOwn() throws IOException {
    Person frank = world.person();
    frank.laptop().logIn(BrowserWorld.PASSWORD).orThrow();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false);
        Asking asking = world.ask(frank)) {
      logIn(browser, frank, asking.link());
      browser.await("request");
      frank.laptop().deny(asking.request().id()).orThrow();
      browser.await("decided");
      assertThat(browser.text("#decided")).contains("was denied");
      browser.newTab();
      browser.go(asking.link());
      browser.await("login"); // The cookie alone is no session.
    }
  }

  @Test
  void withTheKeyboardAloneAndPasswordAndKey() throws IOException {
    Person grace = world.person();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false);
        Asking asking = world.ask(grace)) {
      browser.give(grace.passkey());
      browser.go(asking.link());
      browser.await("login");
      browser.press(TAB + TAB + grace.name() + TAB + BrowserWorld.PASSWORD + ENTER);
      browser.await("request");
      assertThat(browser.evaluate("return document.activeElement.tagName").asText())
          .as("a screen reader begins at the heading")
          .isEqualTo("H1");
      browser.press(TAB + asking.request().number() + TAB + SPACE);
      browser.await("approved");
      asking.terminal().expect("Started local proxy for Kubernetes", BrowserWorld.SOON);
    }
  }

  @Test
  void aWrongPasswordAndAnUntouchedKeySayWhatToDo() throws IOException {
    Person heidi = world.person();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false);
        Asking asking = world.ask(heidi)) {
      browser.give(heidi.passkey());
      browser.go(asking.link());
      browser.await("login");
      browser.type("#user", heidi.name());
      browser.type("#password", "not the password");
      browser.click("#log-in");
      browser.awaitTrue(
          "return document.getElementById('login-error').textContent !== ''", "an error");
      assertThat(browser.text("#login-error")).contains("check user, password and key");
      keep(browser, "login-error");
      browser.click("#passkey");
      browser.await("request");
      browser.consent(false);
      browser.type("#number-input", asking.request().number());
      browser.click("#approve");
      browser.awaitTrue(
          "return document.getElementById('request-error').textContent !== ''", "an error");
      assertThat(browser.text("#request-error")).isEqualTo("The key was not used. Try again.");
      browser.consent(true);
      browser.click("#approve");
      browser.await("approved");
    }
  }

  @Test
  void theWholePageIsSmallAndComesFromOnePlace() throws IOException {
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false)) {
      browser.go(world.link("00000000-0000-5000-8000-000000000000"));
      browser.await("login");
      JsonNode loaded =
          browser.evaluate(
              "return [...performance.getEntriesByType('navigation'),"
                  + " ...performance.getEntriesByType('resource')]"
                  + ".map(e => [e.name, e.transferSize])");
      int bytes = 0;
      for (JsonNode one : loaded) {
        assertThat(one.get(0).asText())
            .matches(Pattern.quote(world.origin()) + "/(web|v1/webapi/jtsh)/.*");
        bytes += one.get(1).asInt();
      }
      assertThat(loaded).hasSizeGreaterThan(3);
      assertThat(bytes).isBetween(1, PAGE_BYTES_MAX);
    }
  }

  private static void logIn(Browser browser, Person person, String link) throws IOException {
    browser.give(person.passkey());
    browser.go(link);
    browser.await("login");
    browser.click("#passkey");
  }

  /** Keeps a picture of the state, and lets the accessibility engine look at it. */
  static void keep(Browser browser, String name) throws IOException {
    browser.picture(BrowserWorld.picture(name));
    if (!browser.evaluate("return 'axe' in window").asBoolean()) {
      browser.evaluate(Files.readString(Path.of(System.getProperty("jtsh.axe", ""))));
    }
    JsonNode violations =
        browser.evaluateLater(
            "const done = arguments[arguments.length - 1];"
                + "axe.run(document, {resultTypes: ['violations']}).then("
                + "r => done(r.violations.map(v => v.id + ': '"
                + " + v.nodes.map(n => n.target.join(' ')).join(', '))),"
                + " e => done(['axe failed: ' + e]));");
    assertThat(violations).as("accessibility of %s: %s", name, violations).isEmpty();
  }
}

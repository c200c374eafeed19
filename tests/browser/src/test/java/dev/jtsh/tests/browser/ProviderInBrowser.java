// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.browser.BrowserWorld.Asking;
import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** People without a password: they log in at a provider with pages of its own, in Chromium. */
@Timeout(300)
final class ProviderInBrowser {
  private static final Pattern LINK =
      Pattern.compile("http://127\\.0\\.0\\.1:[0-9]+/[0-9a-f-]{36}");

  /** Back on a page of ours. */
  private static final String DONE =
      "(document.body.dataset.state !== undefined || document.title === 'Logged in')";

  private static BrowserWorld world;

  @BeforeAll
  static void build() throws IOException {
    world = BrowserWorld.withProvider();
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @Test
  void logsInOnThePageRegistersAKeyApprovesAndLogsInOnTheLaptopToo() throws IOException {
    String ann = "ann@example.com";
    world.provider().groups(ann, "staff", "k8s");
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false)) {
      try (Asking asking = world.ask(ann)) {
        browser.go(asking.link());
        browser.await("login");
        browser.awaitTrue(
            "return document.querySelector('#providers button') !== null", "a button");
        ApprovalInBrowser.keep(browser, "login-with-provider");
        browser.click("#providers button");
        browser.awaitTrue("return document.title === 'Sign-in'", "the provider's page");
        atTheProvider(browser, ann);
        browser.await("request");
        assertThat(browser.text("#who-name")).isEqualTo(ann);
        assertThat(browser.text("#clusters")).isEqualTo(BrowserWorld.KUBE);
        ApprovalInBrowser.keep(browser, "first-key");
        browser.click("#register");
        browser.awaitTrue(
            "return document.getElementById('approve').offsetParent !== null", "the key");
        browser.type("#number-input", asking.request().number());
        browser.click("#approve");
        browser.await("approved");
        asking.terminal().expect("Started local proxy for Kubernetes", BrowserWorld.SOON);
      }
      world.provider().rotate();
      logInOnTheLaptop(browser, ann);
    }
    assertThat(Files.readString(world.cluster().auditLog()))
        .contains("\"connector\":\"corp\"", "mfa.add");
  }

  private static void logInOnTheLaptop(Browser browser, String user) throws IOException {
    Path home = world.laptopHome();
    try (RunningProgram login =
        world.jtsh(home, "login", "--auth=corp", "--browser=none", "--proxy=" + world.proxy())) {
      Matcher link = LINK.matcher(login.awaitStderr("http://127.0.0.1:", BrowserWorld.SOON));
      assertThat(link.find()).isTrue();
      browser.go(link.group());
      try {
        atTheProvider(browser, user);
        browser.awaitTrue("return document.title === 'Logged in'", "the end of the login");
      } catch (AssertionError e) {
        throw new AssertionError("jtsh says: " + login.awaitEnd(BrowserWorld.SOON).stderr(), e);
      }
      ApprovalInBrowser.keep(browser, "login-success");
      var ended = login.awaitEnd(BrowserWorld.SOON);
      assertThat(ended.orThrow().stdout()).contains(user);
    }
    assertThat(home.resolve("tsh/localhost.yaml")).content().contains("auth_connector: corp");
  }

  @Test
  void personWithoutAGroupAndPersonWhoSaysNoAreToldOnThePage() throws IOException {
    String bob = "bob@example.com";
    world.provider().groups(bob, "staff");
    try (Browser browser = world.browser(Browser.Window.PHONE, true);
        Asking asking = world.ask(bob)) {
      browser.go(asking.link());
      browser.await("login");
      browser.awaitTrue("return document.querySelector('#providers button') !== null", "a button");
      browser.click("#providers button");
      browser.awaitTrue("return document.title === 'Sign-in'", "the provider's page");
      atTheProvider(browser, bob);
      browser.await("login");
      browser.awaitTrue(
          "return !document.getElementById('login-note').hidden", "why there is no session");
      assertThat(browser.text("#login-note")).startsWith("Your account has no role here");
      ApprovalInBrowser.keep(browser, "phone-dark-no-roles");
      assertThat(browser.evaluate("return location.hash").asText()).isEmpty();
    }
  }

  /** The provider's own pages: who, then whether to; it may know either already. */
  private static void atTheProvider(Browser browser, String address) {
    browser.awaitTrue(
        "return " + DONE + " || document.querySelector('button[type=submit]') !== null",
        "the provider");
    if (browser
        .evaluate("return document.querySelector('input[name=login]') !== null")
        .asBoolean()) {
      browser.type("input[name=login]", address);
      browser.type("input[name=password]", "any");
      browser.click("button[type=submit]");
    }
    browser.awaitTrue(
        "return "
            + DONE
            + " || (document.querySelector('input[name=login]') === null"
            + " && document.querySelector('button[type=submit]') !== null)",
        "consent of " + address);
    if (!browser.evaluate("return " + DONE).asBoolean()) {
      browser.click("button[type=submit]");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.browser.BrowserWorld.Asking;
import dev.jtsh.tests.browser.BrowserWorld.Person;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a cluster with {@code reverse_code}: the approval's code goes to the remote terminal. */
@Timeout(300)
final class ReverseCodeInBrowser {
  private static final String PROXY_RUNS = "Started local proxy for Kubernetes";
  private static final Pattern CODE = Pattern.compile("[B-Z]{3}-[B-Z]{3}");

  private static BrowserWorld world;

  @BeforeAll
  static void build() throws IOException {
    world = BrowserWorld.with("auth: {reverse_code: true}\n");
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @Test
  void theSessionOpensWhenTheCodeOfThePageWasTypedOnTheTerminal() throws IOException {
    Person alice = world.person();
    try (Browser browser = world.browser(Browser.Window.PHONE, false);
        Asking asking = world.ask(alice)) {
      PseudoTerminal terminal = asking.terminal();
      terminal.expect("Code: ", BrowserWorld.SOON);
      terminal.sendLine("BCDFGH");
      terminal.expect("Not approved yet", BrowserWorld.SOON);
      String code = approve(browser, alice, asking);
      ApprovalInBrowser.keep(browser, "phone-code");
      assertThat(browser.text("#code")).contains("Nobody else needs it", "Time left: ");
      assertThat(terminal.plainTranscript()).doesNotContain(PROXY_RUNS).doesNotContain(code);
      terminal.sendLine(code.equals("ZZZ-ZZZ") ? "BBB-BBB" : "ZZZ-ZZZ");
      terminal.expect("Tries left: 2", BrowserWorld.SOON);
      terminal.sendLine(code.toLowerCase(java.util.Locale.ROOT));
      terminal.expect("That is the code.", BrowserWorld.SOON);
      terminal.expect(PROXY_RUNS, BrowserWorld.SOON);
      browser.await("approved");
      assertThat(Files.readString(world.cluster().auditLog()))
          .contains("jtsh.headless.code_typed", "jtsh.headless.wrong_code")
          .doesNotContain(code);
      // The terminal is the shell's from here on.
      terminal.sendLine("echo mine:$((40 + 2))");
      terminal.expect("mine:42", BrowserWorld.SOON);
    }
  }

  @Test
  void aReloadDoesNotShowTheCodeAgainAndThreeWrongOnesDeny() throws IOException {
    Person bob = world.person();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, true)) {
      try (Asking asking = world.ask(bob)) {
        String code = approve(browser, bob, asking);
        browser.go(asking.link());
        browser.await("decided");
        assertThat(browser.text("body")).contains("waits for its code").doesNotContain(code);
      }
      try (Asking asking = world.ask(bob)) {
        browser.go(asking.link());
        approve(browser, asking);
        ApprovalInBrowser.keep(browser, "dark-code");
        for (int left = 2; left >= 0; left--) {
          asking.terminal().expect("Code: ", BrowserWorld.SOON);
          asking.terminal().sendLine("no");
          asking.terminal().expect("That is not the code.", BrowserWorld.SOON);
        }
        assertThat(asking.terminal().awaitExit(BrowserWorld.SOON)).isEqualTo(71);
        browser.await("denied");
        ApprovalInBrowser.keep(browser, "dark-code-denied");
        assertThat(browser.text("#denied-why")).startsWith("Other codes were typed");
      }
    }
  }

  @Test
  void theCommandShowsTheCodeTooAndWhereNobodyCanTypeJtshSaysWhy() throws IOException {
    Person carol = world.person();
    carol.laptop().logIn(BrowserWorld.PASSWORD).orThrow();
    try (Asking asking = world.ask(carol)) {
      Laptop.Result approved = carol.laptop().approve(asking.request()).orThrow();
      Matcher code = CODE.matcher(approved.out());
      assertThat(code.find()).as(approved.toString()).isTrue();
      assertThat(approved.out()).contains("to be typed on the remote terminal");
      asking.terminal().expect("Code: ", BrowserWorld.SOON);
      asking.terminal().sendLine(code.group());
      asking.terminal().expect(PROXY_RUNS, BrowserWorld.SOON);
    }
    try (RunningProgram script =
        world.jtsh(
            world.laptopHome(),
            "--headless",
            "proxy",
            "kube",
            BrowserWorld.KUBE,
            "--proxy=" + world.proxy(),
            "--user=" + carol.name())) {
      ProgramResult result = script.awaitEnd(BrowserWorld.SOON);
      assertThat(result.exitCode()).isNotZero();
      assertThat(result.stderr()).contains("reverse_code", "with a person at its terminal");
    }
  }

  private static String approve(Browser browser, Person person, Asking asking) throws IOException {
    browser.give(person.passkey());
    browser.go(asking.link());
    browser.await("login");
    browser.click("#passkey");
    return approve(browser, asking);
  }

  private static String approve(Browser browser, Asking asking) {
    browser.await("request");
    assertThat(browser.text("#code-note")).startsWith("After the approval");
    browser.type("#number-input", asking.request().number());
    browser.click("#approve");
    browser.await("code");
    String code = browser.text("#code-value");
    assertThat(code).matches(CODE);
    return code;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.jtsh.tests.browser.BrowserWorld.Asking;
import dev.jtsh.tests.browser.BrowserWorld.Person;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attack 22 in a real browser: a site of somebody else's, open where its visitor is logged in. */
@Timeout(300)
@ExtendWith(BrowserWorld.Visit.class)
final class HostileSiteInBrowser {
  private final BrowserWorld world;

  HostileSiteInBrowser(BrowserWorld world) {
    this.world = world;
  }

  /** Pages of another origin, on which the person clicks. */
  private static final class HostileSite implements AutoCloseable {
    private final HttpServer server;

    HostileSite(String page) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      serve("/", page);
      serve("/own", "<body data-state=framed><button id=approve>Approve</button></body>");
      server.start();
    }

    private void serve(String path, String page) {
      byte[] html = ("<!doctype html><title>Win a prize</title>" + page).getBytes(UTF_8);
      server.createContext(
          path,
          exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, html.length);
            exchange.getResponseBody().write(html);
            exchange.close();
          });
    }

    String address() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " sandbox='allow-scripts allow-same-origin allow-forms'"})
  void clickjackingShowsNothingInTheFrameThatCouldBeClicked(String attributes) throws IOException {
    Person alice = world.person();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false);
        Asking asking = world.ask(alice);
        HostileSite site =
            new HostileSite(
                "<iframe id=victim%s style='opacity:.01;width:900px;height:900px' src='%s'></iframe>"
                        .formatted(attributes, asking.link())
                    + "<iframe id=own src='/own'></iframe>")) {
      logIn(browser, alice, asking.link());
      browser.go(site.address());
      browser.intoFrame("#own");
      assertThat(browser.evaluate(STATE).asText()).as("the test's own sight").isEqualTo("framed");
      browser.go(site.address());
      browser.intoFrame("#victim");
      browser.awaitTrue("return document.readyState === 'complete'", "whatever is in the frame");

      assertThat(browser.evaluate(STATE).asText()).isEqualTo("none");
      assertThat(browser.evaluate("return document.querySelectorAll('button').length").asInt())
          .as("buttons")
          .isZero();
      assertThat(browser.evaluate("return location.href").asText())
          .doesNotStartWith(world.origin());
      browser.go(asking.link());
      browser.await("request");
    }
  }

  private static final String STATE = "return document.body.dataset.state || 'none'";

  @Test
  void crossSiteRequestForgeryWithTheVisitorsOwnBrowserDecidesNothing() throws IOException {
    Person bob = world.person();
    try (Browser browser = world.browser(Browser.Window.DESKTOP, false);
        Asking asking = world.ask(bob);
        HostileSite site = new HostileSite("<p>Nothing to see</p>")) {
      logIn(browser, bob, asking.link());
      assertThat(browser.cookies().toString()).contains("__Host-session");
      browser.go(site.address());
      String call = world.origin() + "/v1/webapi/headless/" + asking.request().id();
      for (String options :
          new String[] {
            "{method: 'PUT', credentials: 'include', headers: {'Content-Type': 'application/json'},"
                + " body: '{\"action\":\"denied\"}'}",
            "{method: 'POST', mode: 'no-cors', credentials: 'include',"
                + " body: '{\"action\":\"denied\"}'}"
          }) {
        String heard =
            browser
                .evaluateLater(
                    "const done = arguments[arguments.length - 1];"
                        + "fetch("
                        + Browser.quoted(call)
                        + ", "
                        + options
                        + ").then(r => done(r.type + ' ' + r.status), e => done('refused'))")
                .asText();
        assertThat(heard).as(options).isIn("refused", "opaque 0");
      }
      browser.go(asking.link());
      browser.await("request");
    }
  }

  private static void logIn(Browser browser, Person person, String link) throws IOException {
    browser.give(person.passkey());
    browser.go(link);
    browser.await("login");
    browser.click("#passkey");
    browser.await("request");
  }
}

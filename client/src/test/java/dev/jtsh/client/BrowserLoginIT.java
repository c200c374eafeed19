// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.PingResponse;
import dev.jtsh.protocol.web.SealedLogin;
import dev.jtsh.protocol.web.SsoConsoleRequest;
import dev.jtsh.protocol.web.SsoConsoleResponse;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A login in a browser, seen from the program; the browser is a socket. */
@Timeout(120)
class BrowserLoginIT {
  private static final String PROVIDER = "https://idp.example/auth?state=x&nonce=y";

  private final SecureRandom random = new SecureRandom();
  private FakeCluster cluster;
  private WebClient web;
  private ProxyAddress proxy;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", new FakeAuth());
    cluster
        .web()
        .on(
            "/webapi/ping",
            call -> {
              PingResponse local = cluster.ping("17.0.0+jtsh");
              return WebReply.json(
                  PingResponse.of(
                      local.auth().withOidc(new PingResponse.Connector("okta", "Okta")),
                      local.proxy(),
                      local.serverVersion(),
                      local.minClientVersion(),
                      local.clusterName()));
            });
    cluster
        .web()
        .on("/webapi/oidc/login/console", call -> WebReply.json(new SsoConsoleResponse(PROVIDER)));
    web =
        new WebClient(
            WebTrust.of(List.of(cluster.webAuthority().certificate())), InstantSource.system());
    proxy = ProxyAddress.parse(cluster.hostPort());
  }

  @AfterEach
  void stop() throws Exception {
    web.close();
    cluster.close();
  }

  @Test
  void browserBringsALoginThatIsKept(@TempDir Path directory) throws Exception {
    Discovery discovery = web.ping(proxy, "");
    var store = new ProfileStore(directory.resolve("home"));

    try (LoginCredentials login =
        new BrowserLogin(web, random)
            .login(
                discovery,
                Duration.ofHours(3),
                link -> {
                  assertThat(get(link)).startsWith("HTTP/1.1 302").contains(PROVIDER);
                  assertThat(get(callback("response=" + sealed("ann@example.com", key()))))
                      .contains("/web/msg/info/login_success");
                })) {
      assertThat(login.identity().username()).isEqualTo("ann@example.com");
      store.save(login, discovery, Optional.empty());
    }
    assertThat(asked().connectorId()).isEqualTo("okta");
    assertThat(asked().certTtl()).isEqualTo(Duration.ofHours(3));
    assertThat(directory.resolve("home/localhost.yaml")).content().contains("auth_connector: okta");
  }

  @Test
  void whatIsNotSealedWithOurKeyIsNotTakenAndDoesNotEndTheWait() throws Exception {
    byte[] another = new byte[SealedLogin.KEY_BYTES];

    try (LoginCredentials login =
        login(link -> {
          assertThat(get(callback("response=" + sealed("mallory", another))))
              .contains("/web/msg/error/login/callback");
          assertThat(get(callback("response=%7B%7D"))).contains("/web/msg/error/login/callback");
          get(callback("response=" + sealed("ann@example.com", key())));
        })) {
      assertThat(login.identity().username()).isEqualTo("ann@example.com");
    }
  }

  @Test
  void failureIsToldInTheClustersWordsWithoutControlCharacters() {
    assertThatThrownBy(
            () -> login(link -> get(callback("err=the+provider+denied+the+login%1B%5B2J"))).close())
        .isInstanceOf(ClientException.Refused.class)
        .hasMessage("logging in: the provider denied the login\\u{1b}[2J");
  }

  @Test
  void nothingButTheTwoPathsUnderOurOwnNameIsAnswered() throws Exception {
    try (LoginCredentials login =
        login(link -> {
          assertThat(get(link + "x")).startsWith("HTTP/1.1 404");
          assertThat(get(callback("").replace("/callback?", "/"))).startsWith("HTTP/1.1 404");
          String rebound =
              exchange(
                  URI.create(link).getPort(),
                  "GET " + URI.create(link).getPath() + " HTTP/1.1\r\nHost: evil.example\r\n\r\n");
          assertThat(rebound).as("DNS rebinding").startsWith("HTTP/1.1 404");
          get(callback("response=" + sealed("ann@example.com", key())));
        })) {
      assertThat(login.identity().username()).isEqualTo("ann@example.com");
    }
  }

  @Test
  void personWhoDoesNothingIsTold() throws Exception {
    Discovery discovery = web.ping(proxy, "");

    assertThatThrownBy(() ->
            new BrowserLogin(web, random, Duration.ofMillis(200))
                .login(discovery, Duration.ZERO, link -> {})
                .close())
        .isInstanceOf(ClientException.TimedOut.class)
        .hasMessage("logging in: timed out waiting for callback");
  }

  @Test
  void clusterThatSendsTheBrowserSomewhereStrangeIsNotFollowed() {
    for (String place : List.of("http://idp.example/", "javascript:alert(1)", "https:", "x y")) {
      cluster
          .web()
          .on("/webapi/oidc/login/console", call -> WebReply.json(new SsoConsoleResponse(place)));
      assertThatThrownBy(() -> login(link -> {}).close())
          .as(place)
          .isInstanceOf(ClientException.BadAnswer.class);
    }
  }

  private LoginCredentials login(java.util.function.Consumer<String> browser)
      throws ClientException {
    return new BrowserLogin(web, random).login(web.ping(proxy, ""), Duration.ZERO, browser);
  }

  private SsoConsoleRequest asked() {
    return cluster.web().calls("/webapi/oidc/login/console").getFirst().as(SsoConsoleRequest.class);
  }

  private byte[] key() {
    String url = asked().redirectUrl();
    return HexFormat.of().parseHex(url.substring(url.indexOf("secret_key=") + 11));
  }

  private String callback(String query) {
    String url = asked().redirectUrl();
    return url.substring(0, url.indexOf('?') + 1) + query;
  }

  private String sealed(String user, byte[] key) {
    var login =
        cluster.login(
            cluster.user(user),
            ByteString.copyFrom(asked().sshPubKey().toByteArray()),
            Duration.ofHours(1),
            null);
    byte[] json = WireJson.write(SealedLogin.seal(WireJson.write(login), key, random));
    return URLEncoder.encode(new String(json, StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static String get(String link) {
    URI uri = URI.create(link);
    String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    return exchange(
        uri.getPort(),
        "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + uri.getPort() + "\r\n\r\n");
  }

  private static String exchange(int port, String request) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

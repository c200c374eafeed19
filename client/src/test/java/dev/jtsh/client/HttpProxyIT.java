// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The cluster's name is known to the HTTP proxy only. */
@Timeout(120)
class HttpProxyIT {
  private static final ProxyAddress FAR = new ProxyAddress(FakeCluster.FAR_NAME, 443);
  private static final String SECRET = "correct-horse";

  /** {@code al@ice:correct-horse}. */
  private static final String BASIC = "YWxAaWNlOmNvcnJlY3QtaG9yc2U=";

  private FakeCluster cluster;
  private ConnectProxy proxy;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", new FakeAuth());
    cluster.web().on("/webapi/ping", call -> WebReply.json(cluster.ping("17.2.0")));
    proxy = new ConnectProxy(BASIC, cluster.router().port());
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    cluster.close();
  }

  private Network network(String password, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put(
        "HTTPS_PROXY", "http://al%%40ice:%s@127.0.0.1:%d".formatted(password, proxy.port()));
    return Network.of(environment, WebTrust.of(List.of(cluster.webAuthority().certificate())));
  }

  private AuthClient auth(Network network) {
    AuthEndpoint endpoint =
        new AuthEndpoint(
            FAR,
            "root",
            cluster.client(cluster.user("alice"), Duration.ofHours(1)),
            TrustAnchors.of(cluster.hostAuthority().certificate()),
            ServerVersion.parse("17.0.0"));
    return AuthClient.open(endpoint, network);
  }

  @Test
  void webProbeAndAuthGoThroughIt() throws Exception {
    Network network = network(SECRET, Map.of("TELEPORT_TLS_ROUTING_CONN_UPGRADE", "no"));
    try (WebClient web = new WebClient(network, InstantSource.system());
        AuthClient auth = auth(network)) {
      assertThat(web.ping(FAR, "").version().major()).isEqualTo(17);
      assertThat(new RouteProbe(network.trust(), network.httpProxy(FAR.host(), 443)).to(FAR))
          .isInstanceOf(RouteProbe.Direct.class);
      assertThat(auth.ping().getServerVersion()).isEqualTo("17.0.0");
    }
    assertThat(proxy.tunnels()).hasSizeGreaterThanOrEqualTo(3).containsOnly(FAR.hostPort());
  }

  @Test
  void wrongPasswordIsSaidWithoutSayingIt() {
    Network network = network("battery-staple", Map.of());
    try (WebClient web = new WebClient(network, InstantSource.system());
        AuthClient auth = auth(network)) {
      assertThatThrownBy(() -> web.ping(FAR, ""))
          .isInstanceOf(ClientException.class)
          .satisfies(HttpProxyIT::saysNoSecret);
      assertThatThrownBy(auth::ping)
          .isInstanceOf(ClientException.class)
          .satisfies(HttpProxyIT::saysNoSecret);
    }
    assertThat(proxy.tunnels()).isEmpty();
  }

  private static void saysNoSecret(Throwable failure) {
    StringWriter all = new StringWriter();
    failure.printStackTrace(new PrintWriter(all));
    assertThat(all.toString()).doesNotContain("battery-staple").doesNotContain("YWxAaWNl");
  }

  @Test
  void exceptionGoesStraight() {
    Network network = network(SECRET, Map.of("NO_PROXY", "other.org,.example"));
    try (WebClient web = new WebClient(network, InstantSource.system())) {
      // Nobody but the proxy knows the name.
      assertThatThrownBy(() -> web.ping(FAR, "")).isInstanceOf(ClientException.Unreachable.class);
    }
    assertThat(proxy.tunnels()).isEmpty();
  }
}

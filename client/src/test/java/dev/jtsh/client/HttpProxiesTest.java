// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProxiesTest {
  private static final String URL = "http://proxy.lan:3128";

  @ParameterizedTest
  @CsvSource({
    "example.com, example.com, 443, true",
    "example.com, a.example.com, 443, true",
    "example.com, notexample.com, 443, false",
    ".example.com, example.com, 443, false",
    ".example.com, a.example.com, 443, true",
    "*.example.com, a.example.com, 443, true",
    "*.example.com, example.com, 443, false",
    "EXAMPLE.com, Example.COM, 443, true",
    "example.com:8443, example.com, 8443, true",
    "example.com:8443, example.com, 443, false",
    "10.0.0.0/8, 10.9.8.7, 443, true",
    "10.0.0.0/8, 11.0.0.1, 443, false",
    "10.0.0.0/8, ten.example.com, 443, false",
    "192.168.1.1, 192.168.1.1, 443, true",
    "192.168.1.1:80, 192.168.1.1, 443, false",
    "fd00::/8, fd12::1, 443, true",
    "[fd12::1]:443, fd12::1, 443, true",
    "fd12::1, fd12::2, 443, false",
    "*, anything.org, 443, true",
    "'other.org, ,example.com', example.com, 443, true",
    "10.0.0.0/99, 10.0.0.1, 443, false",
  })
  void exceptionsAreReadAsGoReadsThem(String rule, String host, int port, boolean direct) {
    HttpProxies proxies = HttpProxies.of(Map.of("HTTPS_PROXY", URL, "NO_PROXY", rule));

    assertThat(proxies.forAddress(host, port).isEmpty()).isEqualTo(direct);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "127.8.9.1", "::1"})
  void thisMachineIsNeverReachedThroughAProxy(String host) {
    assertThat(HttpProxies.of(Map.of("HTTPS_PROXY", URL)).forAddress(host, 443)).isEmpty();
  }

  @Test
  void smallLettersDoWhereThereAreNoCapitals() {
    assertThat(HttpProxies.of(Map.of("https_proxy", URL)).forAddress("a.org", 443)).isPresent();
    assertThat(
            HttpProxies.of(Map.of("https_proxy", URL, "no_proxy", "a.org"))
                .forAddress("a.org", 443))
        .isEmpty();
    assertThat(
            HttpProxies.of(Map.of("HTTPS_PROXY", "http://first:1", "https_proxy", "http://second"))
                .forAddress("a.org", 443)
                .orElseThrow())
        .hasToString("first:1");
    assertThat(HttpProxies.of(Map.of()).forAddress("a.org", 443)).isEmpty();
  }

  @Test
  void userAndPasswordGoToTheProxyAndIntoNoText() {
    HttpProxy proxy = HttpProxy.parse("http://al%40ice:p%3As+s@proxy.lan");
    String request =
        new String(proxy.connect(new ProxyAddress("c.org", 443)), StandardCharsets.US_ASCII);

    assertThat(proxy).hasToString("proxy.lan:80");
    assertThat(proxy.credentials()).containsExactly("al@ice", "p:s+s");
    assertThat(request)
        .startsWith("CONNECT c.org:443 HTTP/1.1\r\nHost: c.org:443\r\n")
        .contains("Proxy-Authorization: Basic YWxAaWNlOnA6cytz\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void schemeMayBeMissing() {
    assertThat(HttpProxy.parse("proxy.lan:3128")).hasToString("proxy.lan:3128");
    assertThat(HttpProxy.parse("[fd00::1]:3128")).hasToString("[fd00::1]:3128");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://u:secret@p.lan", "socks5://u:secret@p.lan", "http://u:secret@p lan"})
  void otherKindsAreRefusedWithoutAWordOfThePassword(String url) {
    assertThatThrownBy(() -> HttpProxies.of(Map.of("HTTPS_PROXY", url)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HTTPS_PROXY")
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyAddressTest {
  @ParameterizedTest
  @CsvSource({
    "proxy.example.com:3080, proxy.example.com:3080, https://proxy.example.com:3080",
    "Proxy.Example.com:443,  proxy.example.com:443,  https://proxy.example.com",
    "https://p:8443/,        p:8443,                 https://p:8443",
    "[::1]:3080,             [::1]:3080,             https://[::1]:3080",
    "127.0.0.1:3080,         127.0.0.1:3080,         https://127.0.0.1:3080",
  })
  void addressWithPortIsTakenAsItIs(String text, String hostPort, String origin) {
    assertThat(ProxyAddress.candidates(text)).hasSize(1);
    assertThat(ProxyAddress.parse(text).hostPort()).isEqualTo(hostPort);
    assertThat(ProxyAddress.parse(text).origin()).isEqualTo(origin);
  }

  @Test
  void withoutPortBothUsualOnesAreTried() {
    assertThat(ProxyAddress.candidates("proxy"))
        .extracting(ProxyAddress::hostPort)
        .containsExactly("proxy:443", "proxy:3080");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host:",
        "host:0",
        "host:65536",
        "http://host",
        "host/path",
        "ho st",
        "-host",
        "b\u00fccher.example",
        "host\u001b[2J",
        "user@host",
        "host:443\nx",
        "$(id)"
      })
  void everythingElseIsRefused(String text) {
    assertThatThrownBy(() -> ProxyAddress.candidates(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"15.0.0-dev, 15, false", "16.4.2, 16, false", "17.0.0, 17, true", "dev, 0, true"})
  void versionDecidesTheFormOfKeys(String text, int major, boolean twoKeys) {
    ServerVersion version = ServerVersion.parse(text);

    assertThat(version.major()).isEqualTo(major);
    assertThat(version.takesTwoKeys()).isEqualTo(twoKeys);
  }
}

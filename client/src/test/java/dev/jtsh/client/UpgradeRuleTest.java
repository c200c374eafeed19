// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpgradeRuleTest {
  private static final ProxyAddress PROXY = new ProxyAddress("c.example.com", 443);

  @ParameterizedTest
  @CsvSource({
    "yes, true",
    "TRUE, true",
    "1, true",
    "no, false",
    "0, false",
    "c.example.com:443=true, true",
    "C.example.com:443=yes, true",
    "other.example.com:443=true, false",
    "c.example.com:8443=true, false",
    "no;c.example.com:443=yes, true",
    "'c.example.com:443=no,yes', false",
    "perhaps, false",
    "'perhaps;yes', true",
  })
  void wordForTheAddressWinsOverTheWordForAll(String text, boolean needed) {
    assertThat(UpgradeRule.said(Map.of(UpgradeRule.VARIABLE, text), PROXY)).contains(needed);
  }

  @Test
  void withoutTheVariableItHasToBeFoundOut() {
    assertThat(UpgradeRule.said(Map.of(), PROXY)).isEmpty();
    assertThat(UpgradeRule.said(Map.of(UpgradeRule.VARIABLE, " "), PROXY))
        .isEqualTo(Optional.empty());
  }
}

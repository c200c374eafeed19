// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdTest {
  @Test
  void aNewIdIsTakenForOne() {
    SecureRandom random = new SecureRandom();
    RequestId id = RequestId.fresh(random);

    assertThat(RequestId.sent(id.value())).contains(id);
    assertThat(RequestId.fresh(random)).isNotEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "abc", "0123456789ab\n", "0123456789AB", "0123456789abc", "../../etc/pa"})
  void whatIsOfAnotherFormIsNoIdAndNeverComesIntoALog(String header) {
    assertThat(RequestId.sent(header)).isEmpty();
  }

  @Test
  void noHeaderIsNoId() {
    assertThat(RequestId.sent(null)).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindFailureTest {
  @ParameterizedTest
  @CsvSource({
    "bind(..) failed with error(-98): Adresse schon belegt, another program listens there",
    "bind(..) failed with error(-13): Permission denied, permission denied; ports below 1024",
    "bind(..) failed with error(-99): x, this machine has no such address",
    "Permission denied, permission denied; ports below 1024",
    "Cannot assign requested address, this machine has no such address",
    "something else, something else"
  })
  void eachOfTheUsualReasonsIsSaidInWords(String said, String words) {
    assertThat(BindFailure.why(new BindException(said))).startsWith(words);
  }

  @Test
  void aPortThatIsTakenIsSaidSo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(failure(taken.getLocalPort())).isEqualTo("another program listens there");
    }
    assertThat(BindFailure.why(null)).isEmpty();
  }

  private static String failure(int port) {
    try (ServerSocket second = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return "it listens at " + second.getLocalPort();
    } catch (IOException e) {
      return BindFailure.why(e);
    }
  }
}

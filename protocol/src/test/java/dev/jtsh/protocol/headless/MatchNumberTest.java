// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.headless;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MatchNumberTest {
  private static final ByteString OPENING = ByteString.copyFrom(new byte[32]);
  private static final ByteString NONCE = ByteString.copyFromUtf8("nonce");
  private static final ByteString AUTHORITY = ByteString.copyFromUtf8("authority");

  private static HeadlessLoginRequest request(String ssh, String host) {
    return HeadlessLoginRequest.withTwoKeys(
        "alice",
        "id",
        ByteString.copyFromUtf8(ssh),
        ByteString.copyFromUtf8("pem"),
        Duration.ofHours(1),
        "",
        new HeadlessFactsJson(
                host,
                "ann",
                List.of("c1"),
                Map.of("b", "2", "a", "1"),
                "",
                false,
                "",
                Duration.ofHours(8))
            .committed(MatchNumber.commitment(OPENING)));
  }

  @Test
  void theNumberHasThreeDigitsAndIsTheSameAfterTheWire() {
    HeadlessLoginRequest posted = request("ssh", "box");
    HeadlessLoginRequest read = WireJson.read(WireJson.write(posted), HeadlessLoginRequest.class);

    int number = MatchNumber.of(posted, OPENING, NONCE, AUTHORITY);
    assertThat(number).isBetween(100, 999);
    assertThat(MatchNumber.of(read, OPENING, NONCE, AUTHORITY)).isEqualTo(number);
  }

  /** Each input in a thousand values: it is in the number, and numbers are spread. */
  @Test
  void everyInputMovesTheNumber() {
    Set<Integer> keys = new HashSet<>();
    Set<Integer> hosts = new HashSet<>();
    Set<Integer> nonces = new HashSet<>();
    Set<Integer> openings = new HashSet<>();
    Set<Integer> authorities = new HashSet<>();
    HeadlessLoginRequest posted = request("ssh", "box");
    for (int i = 0; i < 1000; i++) {
      ByteString other = ByteString.copyFromUtf8("other " + i);
      keys.add(MatchNumber.of(request("ssh " + i, "box"), OPENING, NONCE, AUTHORITY));
      hosts.add(MatchNumber.of(request("ssh", "box " + i), OPENING, NONCE, AUTHORITY));
      nonces.add(MatchNumber.of(posted, OPENING, other, AUTHORITY));
      openings.add(MatchNumber.of(posted, other, NONCE, AUTHORITY));
      authorities.add(MatchNumber.of(posted, OPENING, NONCE, other));
    }
    assertThat(List.of(keys, hosts, nonces, openings, authorities))
        .allSatisfy(numbers -> assertThat(numbers).hasSizeGreaterThan(500));
  }

  @Test
  void theChoicesHoldTheNumberAndNeverChange() {
    List<Integer> choices = MatchNumber.choices(482, NONCE);

    assertThat(choices)
        .hasSize(MatchNumber.CHOICES)
        .contains(482)
        .doesNotHaveDuplicates()
        .isSorted()
        .allSatisfy(number -> assertThat(number).isBetween(100, 999));
    assertThat(MatchNumber.choices(482, NONCE)).isEqualTo(choices);
  }
}

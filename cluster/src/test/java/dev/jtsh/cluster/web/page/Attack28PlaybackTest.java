// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.protocol.grpc.session.HeadlessSession;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attack 28: a hostile session's bytes reach the terminal or browser of somebody who watches or
 * replays it. Nothing here plays or joins a session; what is told of others' sessions is words of
 * theirs made safe. Whoever adds a player meets these tests.
 */
@Timeout(60)
class Attack28PlaybackTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/webapi/sites/root/sessions/cb483ac7-2386-5991-9b89-9373500afe25/stream",
        "/v1/webapi/sites/root/ttyplayback/cb483ac7-2386-5991-9b89-9373500afe25",
        "/v1/webapi/sites/root/kube/exec/ws",
        "/v1/webapi/sites/root/connect/ws",
        "/web/cluster/root/session/cb483ac7-2386-5991-9b89-9373500afe25",
        "/web/recordings/cb483ac7-2386-5991-9b89-9373500afe25"
      })
  void noPathGivesOutTheBytesOfASession(String path) throws Exception {
    try (var page = new PageFixture(directory)) {
      var tab = page.logIn(page.auth.enroll("alice", "dev"));
      assertThat(page.send("GET", path, PageFixture.own(tab), "").status()).isEqualTo(404);
      assertThat(page.send("GET", path, Map.of("Upgrade", "websocket"), "").status())
          .isEqualTo(404);
    }
  }

  @Test
  void whatTheListOfSessionsTellsHoldsNoSequenceOfATerminal() {
    String hostile = "\033]52;c;aGk=\007\033]0;title\007\u202E\u009B2J<script>";
    PageSession shown =
        PageSession.of(
            HeadlessSession.newBuilder()
                .setId("1")
                .setHost(hostile)
                .setOsUser(hostile)
                .setAddress(hostile)
                .addKubeClusters(hostile)
                .build());

    for (String text :
        new String[] {
          shown.host(), shown.osUser(), shown.address(), shown.kubeClusters().getFirst()
        }) {
      assertThat(text.chars().noneMatch(c -> c < ' ' || (c >= 0x7F && c < 0xA0) || c == 0x202E))
          .as(text)
          .isTrue();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attack 9: an agent with one token, or of one small cluster, takes over another's name. */
class Attack09RogueAgentTest extends WithAuth {
  private final HeldKey key = HeldKey.generate(KeyKind.P256);

  @AfterEach
  void close() {
    key.close();
  }

  @Test
  void certificateNamesTheTokensClustersAndOtherNamesAreRefusedAndAudited() throws Exception {
    HostIdentity agent = HostIdentity.of(joined(token("small", false)).certificate());
    assertThat(agent.kubeClusters()).containsExactly("small");
    assertThat(agent.roles()).containsExactly("Kube");

    var own = fixture().auth.presence().heartbeat(agent, "small", Map.of(), "box");
    var foreign = fixture().auth.presence().heartbeat(agent, "prod", Map.of(), "box");

    assertThat(own).isInstanceOf(KubePresence.Outcome.Counted.class);
    assertThat(foreign).isInstanceOf(KubePresence.Outcome.Refused.class);
    assertThat(fixture().auditLines("JT002W")).hasSize(1).first().asString().contains("prod");
    assertThat(fixture().auditLines("JT004I")).anyMatch(line -> line.contains("\"small\""));
  }

  @Test
  void tokenIsGoodForOneJoinAlsoWhenManyTryAtOnce() throws Exception {
    String token = token("small", false);
    List<Callable<Joins.Joining>> tries = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tries.add(() -> join(token));
    }
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Joins.Joining>> results = executor.invokeAll(tries);
      assertThat(results.stream().map(Future::resultNow))
          .filteredOn(Joins.Joining.Joined.class::isInstance)
          .hasSize(1);
    }
    assertThat(fixture().auditLines("TJ001E")).hasSize(7);
  }

  @Test
  void tokenEndsAfterItsHourAndCannotLiveLonger() {
    String token = token("small", false);
    fixture().clock.advance(Duration.ofHours(1));

    assertThat(join(token)).isInstanceOf(Joins.Joining.Refused.class);
    assertThat(
            fixture()
                .auth
                .joins()
                .create(List.of("small"), false, Duration.ofHours(1).plusSeconds(1)))
        .isInstanceOf(Joins.Creation.Refused.class);
  }

  @Test
  void secondAgentForALiveNameNeedsATokenThatSaysSo() {
    assertThat(join(token("prod", false))).isInstanceOf(Joins.Joining.Refused.class);
    assertThat(join(token("prod", true))).isInstanceOf(Joins.Joining.Joined.class);
  }

  @Test
  void tokenIsStoredAsAHash() {
    String token = token("small", false);

    assertThat(fixture().backend.range("", "", 1_000))
        .noneMatch(item -> item.key().contains(token))
        .noneMatch(item ->
            new String(item.value(), java.nio.charset.StandardCharsets.ISO_8859_1).contains(token));
  }

  private String token(String cluster, boolean second) {
    var created = fixture().auth.joins().create(List.of(cluster), second, Duration.ofHours(1));
    return ((Joins.Creation.Created) created).token();
  }

  private Joins.Joining.Joined joined(String token) {
    return (Joins.Joining.Joined) join(token);
  }

  private Joins.Joining join(String token) {
    return fixture()
        .auth
        .joins()
        .join(token, key.publicKey(), UUID.randomUUID().toString(), AuthFixture.SERVER);
  }
}

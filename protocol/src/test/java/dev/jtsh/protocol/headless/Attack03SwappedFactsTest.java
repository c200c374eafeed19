// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.headless;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessFacts;
import dev.jtsh.protocol.grpc.types.Metadata;
import dev.jtsh.protocol.grpc.types.ResourceHeader;
import dev.jtsh.protocol.web.WireTime;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class Attack03SwappedFactsTest {
  private static final ApprovalFacts FACTS =
      new ApprovalFacts(
          "id",
          "alice",
          "10.0.0.1:4711",
          ByteString.copyFromUtf8("ssh"),
          ByteString.copyFromUtf8("pem"),
          "box",
          "ann",
          List.of("a", "bc"),
          "web",
          Duration.ofHours(2),
          Instant.parse("2026-11-21T09:00:00.123456789Z"),
          false,
          Instant.parse("2026-11-21T07:00:00Z"),
          2);

  @Test
  void changingAnyOneFactChangesTheDigest() throws ReflectiveOperationException {
    RecordComponent[] components = ApprovalFacts.class.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    Set<ByteString> digests = new HashSet<>(Set.of(FactsDigest.of(FACTS)));
    int changes = 0;
    for (int i = 0; i < components.length; i++) {
      for (Object other : others(components[i].getAccessor().invoke(FACTS))) {
        List<Object> values = new ArrayList<>();
        for (int j = 0; j < components.length; j++) {
          values.add(i == j ? other : components[j].getAccessor().invoke(FACTS));
        }
        var changed =
            ApprovalFacts.class.getDeclaredConstructor(types).newInstance(values.toArray());
        changes++;

        assertThat(digests.add(FactsDigest.of(changed)))
            .as("change of %s to %s", components[i].getName(), other)
            .isTrue();
      }
    }
    assertThat(changes).isGreaterThan(components.length);
  }

  private static List<Object> others(Object value) {
    return switch (value) {
      case String text -> List.of("", text + "x", text + "\0");
      case ByteString bytes -> List.of(ByteString.EMPTY, bytes.concat(bytes));
      case List<?> list ->
          List.of(
              List.of(),
              List.of("a"),
              List.of("bc", "a"),
              List.of("ab", "c"),
              List.of("a", "bc", ""),
              List.of("abc"));
      case Duration duration -> List.of(Duration.ZERO, duration.plusNanos(1));
      case Instant instant -> List.of(Instant.EPOCH, instant.plusNanos(1));
      case Boolean flag -> List.of(!flag);
      case Integer number -> List.of(0, number + 1);
      default -> throw new AssertionError("a new kind of fact needs a change here: " + value);
    };
  }

  @Test
  void textMovedFromOneFactToTheNextChangesTheDigest() {
    ApprovalFacts moved =
        new ApprovalFacts(
            FACTS.id(),
            "alic",
            "e10.0.0.1:4711",
            FACTS.sshPublicKey(),
            FACTS.tlsPublicKey(),
            FACTS.host(),
            FACTS.osUser(),
            FACTS.kubeClusters(),
            FACTS.namespace(),
            FACTS.duration(),
            FACTS.requestedAt(),
            FACTS.firstSeen(),
            FACTS.continuesApprovedAt(),
            FACTS.liveSessions());

    assertThat(FactsDigest.of(moved)).isNotEqualTo(FactsDigest.of(FACTS));
  }

  @Test
  void bothSidesComputeTheSame() {
    var request =
        HeadlessAuthentication.newBuilder()
            .setHeader(ResourceHeader.newBuilder().setMetadata(Metadata.newBuilder().setName("id")))
            .setUser("alice")
            .setClientIpAddress("10.0.0.1:4711")
            .setSshPublicKey(ByteString.copyFromUtf8("ssh"))
            .setTlsPublicKey(ByteString.copyFromUtf8("pem"))
            .setJtshFacts(
                HeadlessFacts.newBuilder()
                    .setHost("box")
                    .setOsUser("ann")
                    .addKubeClusters("a")
                    .addKubeClusters("bc")
                    .setNamespace("web")
                    .setDuration(WireTime.duration(FACTS.duration()))
                    .setRequestedAt(WireTime.timestamp(FACTS.requestedAt()))
                    .setContinuesApprovedAt(
                        WireTime.timestamp(Objects.requireNonNull(FACTS.continuesApprovedAt())))
                    .setLiveSessions(FACTS.liveSessions()))
            .build();

    assertThat(ApprovalFacts.of(request)).isEqualTo(FACTS);
    assertThat(FactsDigest.same(FactsDigest.of(ApprovalFacts.of(request)), FactsDigest.of(FACTS)))
        .isTrue();
  }

  @Test
  void emptyDigestsAreNeverTheSame() {
    assertThat(FactsDigest.same(ByteString.EMPTY, ByteString.EMPTY)).isFalse();
  }
}

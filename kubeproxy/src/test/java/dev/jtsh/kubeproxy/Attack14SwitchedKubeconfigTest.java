// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rule 14: a switched kubeconfig is the writer's own but for context and namespace. */
class Attack14SwitchedKubeconfigTest {
  private static final List<KubeClusterName> CLUSTERS =
      List.of(new KubeClusterName("c1"), new KubeClusterName("c2"));
  private static final List<KubeconfigContext> CONTEXTS =
      List.of(
          new KubeconfigContext("a \"strange\" \\ name: {x}", CLUSTERS.get(0)),
          new KubeconfigContext("b\u00e4", CLUSTERS.get(1)));

  private static String text(MemorySegment segment) {
    return new String(segment.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
  }

  private static KubeconfigWriter writer(LocalCredentials credentials) {
    return new KubeconfigWriter(
            credentials, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1234), CONTEXTS)
        .impersonate(Optional.of("somebody"), List.of("some group"));
  }

  private static LocalCredentials credentials() {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    return LocalCredentials.create(CLUSTERS, now, now.plusSeconds(3600));
  }

  @Test
  void anotherContextIsWhatTheWriterWouldHaveWritten() {
    try (LocalCredentials credentials = credentials();
        SecretBuffer original = writer(credentials).write();
        SecretBuffer expected = writer(credentials).currentContext("b\u00e4").write()) {
      KubeconfigSwitch contexts = new KubeconfigSwitch(original.segment());
      assertThat(contexts.current().kubeCluster()).isEqualTo("c1");
      assertThat(contexts.entries())
          .extracting(KubeconfigSwitch.Entry::name)
          .containsExactly(CONTEXTS.get(0).name(), CONTEXTS.get(1).name());
      assertThat(contexts.named("c3")).isEmpty();
      KubeconfigSwitch.Entry second = contexts.named("c2").orElseThrow();
      try (SecretBuffer switched = contexts.to(second, Optional.empty())) {
        assertThat(text(switched.segment())).isEqualTo(text(expected.segment()));
      }
    }
  }

  @Test
  void aNamespaceIsSetAndReplacedInItsContextOnly() {
    try (LocalCredentials credentials = credentials();
        SecretBuffer plain = writer(credentials).write();
        SecretBuffer original = writer(credentials).namespace(Optional.of("n1")).write()) {
      KubeconfigSwitch before = new KubeconfigSwitch(plain.segment());
      try (SecretBuffer first = before.to(before.current(), Optional.of("new"))) {
        KubeconfigSwitch after = new KubeconfigSwitch(first.segment());
        assertThat(after.current().namespace()).contains("new");
        assertThat(after.entries().get(1).namespace()).isEmpty();
        assertThat(text(first.segment()).replace("    namespace: \"new\"\n", ""))
            .isEqualTo(text(plain.segment()));
      }
      KubeconfigSwitch replaced = new KubeconfigSwitch(original.segment());
      try (SecretBuffer second = replaced.to(replaced.entries().get(1), Optional.of("new"))) {
        KubeconfigSwitch after = new KubeconfigSwitch(second.segment());
        assertThat(after.current().namespace()).contains("new");
        assertThat(after.entries().get(0).namespace()).contains("n1");
      }
    }
  }

  /** Each differs in one thing from a kubeconfig that is accepted. */
  private static List<String> foreign() {
    String ours =
        """
        current-context: "a"
        clusters:
        - name: "a"
          cluster:
            server: "https://127.0.0.1:1/kube/c"
        contexts:
        - name: "a"
        users:
        """;
    byte[] bytes = ours.getBytes(StandardCharsets.US_ASCII);
    assertThat(new KubeconfigSwitch(MemorySegment.ofArray(bytes)).entries()).hasSize(1);
    return List.of(
        "",
        ours.replace("context: \"a\"", "context: a"),
        ours.replace("context: \"a\"", "context: \"b\""),
        ours.replace("/kube/c", ""),
        ours.replace("    server", "    proxy-url"),
        ours.replace("- name: \"a\"\nusers", "users"),
        ours + "- exec: this line does not end");
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void whatIsNotOursIsNotSwitched(String foreign) {
    byte[] bytes = foreign.getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> new KubeconfigSwitch(MemorySegment.ofArray(bytes)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

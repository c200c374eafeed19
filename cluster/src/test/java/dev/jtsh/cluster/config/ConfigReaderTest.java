// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.cluster.auth.AccountSettings;
import dev.jtsh.cluster.auth.ApprovalChecks;
import dev.jtsh.cluster.auth.SsoSettings;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  private static ClusterConfig read(String text) {
    return ConfigReader.readText("c.yaml", text, ConfigOverrides.NONE);
  }

  @Test
  void withoutAFileItIsALoopbackClusterWithStrictApprovals() {
    ClusterConfig config = ConfigReader.read(Optional.empty(), ConfigOverrides.NONE);

    assertThat(config.clusterName()).isEqualTo("jtsh");
    assertThat(config.listen()).hasToString("127.0.0.1:3080");
    assertThat(config.publicAddress()).hasToString("localhost:3080");
    assertThat(config.approval()).isEqualTo(ClusterConfig.Approval.STRICT);
    assertThat(config.headless()).isTrue();
    assertThat(config.defaultSessionTtl()).isEqualTo(Duration.ofHours(12));
    assertThat(config.auditFile()).isEqualTo(Path.of("/var/lib/jtsh-cluster/audit.log"));
  }

  @Test
  void everyKeyIsRead() {
    ClusterConfig config =
        read(
            """
            cluster_name: example.com
            data_dir: /srv/jtsh
            listen: "[::]:443"
            public_addr: proxy.example.com:443
            web:
              certificate_file: /etc/tls/web.crt
              key_file: /etc/tls/web.key
            auth:
              headless: true
              approval: compatible
              typed_number_roles: [prod-admin]
              reverse_code: true
              totp: true
              default_session_ttl: 8h
            kubernetes:
              - name: prod
                kubeconfig: /etc/jtsh/prod.kubeconfig
                context: admin
                labels: {env: prod, team: 'a b'}
            audit:
              file: /var/log/jtsh/audit.log
            """);

    assertThat(config)
        .isEqualTo(
            new ClusterConfig(
                "example.com",
                Path.of("/srv/jtsh"),
                new HostPort("::", 443),
                new HostPort("proxy.example.com", 443),
                Optional.of(
                    new CertificateFiles(Path.of("/etc/tls/web.crt"), Path.of("/etc/tls/web.key"))),
                true,
                ClusterConfig.Approval.COMPATIBLE,
                new ApprovalChecks(Set.of("prod-admin"), true),
                Duration.ofHours(8),
                Duration.ZERO,
                SsoSettings.NONE,
                new AccountSettings(false, true, true),
                List.of(
                    new KubeSource(
                        new KubeClusterName("prod"),
                        Path.of("/etc/jtsh/prod.kubeconfig"),
                        Optional.of("admin"),
                        Map.of("env", "prod", "team", "a b"))),
                Path.of("/var/log/jtsh/audit.log")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'lisen: x'|c.yaml:1:1: unknown key \"lisen\" in this file; allowed: cluster_name",
        "'listen: 127.0.0.1:1\nweb:\n  cert: x'|c.yaml:3:3: unknown key \"cert\" in \"web\"; allowed",
        "'listen: here'|c.yaml:1:9: \"listen\" is \"here\": write host:port",
        "'listen: 1:2:3'|c.yaml:1:9: \"listen\" is \"1:2:3\": write an IPv6 address in brackets",
        "'listen: h:70000'|c.yaml:1:9: \"listen\" is \"h:70000\": a port is a number",
        "'listen: 0.0.0.0:3080'|c.yaml:1:9: listening on 0.0.0.0:3080 needs \"public_addr\"",
        "'public_addr: 10.0.0.1:443'|c.yaml:1:14: \"public_addr\" is 10.0.0.1:443: it needs a host",
        "'auth:\n  approval: lax'|c.yaml:2:13: \"approval\" is \"lax\": write strict or compatible",
        "'auth:\n  typed_number_roles: [a b]'|c.yaml:2:23: \"a b\" is not the name of a role",
        "'auth:\n  headless: maybe'|c.yaml:2:13: \"headless\" is \"maybe\": write true or false",
        "'auth:\n  default_session_ttl: 12'|c.yaml:2:24: \"default_session_ttl\" is \"12\": not a",
        "'auth:\n  default_session_ttl: 31h'|c.yaml:2:24: \"default_session_ttl\" must be between",
        "'kubernetes:\n  name: x'|c.yaml:2:3: \"kubernetes\" must be a list",
        "'kubernetes:\n  - name: x'|c.yaml:2:5: an entry of \"kubernetes\" needs \"kubeconfig\"",
        "'kubernetes:\n  - name: a/b\n    kubeconfig: f'|c.yaml:2:11: \"name\" is \"a/b\": cluster name",
        "'kubernetes:\n  - {name: a, kubeconfig: f}\n  - {name: a, kubeconfig: f}'|c.yaml:3:12: kube cl",
        "'cluster_name:'|c.yaml:1:1: \"cluster_name\" has no value",
        "'cluster_name: [a]'|c.yaml:1:15: \"cluster_name\" must be one value",
        "'cluster_name: a\ncluster_name: b'|c.yaml:2:1: key \"cluster_name\" is repeated",
        "'cluster_name: &a x\ndata_dir: *a'|c.yaml:2:11: anchors and aliases are not allowed",
        "'cluster_name: !!java x'|c.yaml:1:15: tags are not allowed",
        "'- a'|c.yaml:1:1: this file must hold keys: cluster_name",
        "'a: b: c'|c.yaml:1:5: malformed YAML",
        "'---\ndata_dir: /a\n---\nx: y'|c.yaml:4:1: only one document"
      })
  void errorsNameThePlaceAndWhatIsAllowed(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(
            () -> ConfigReader.read(Optional.of(Path.of("/no/such.yaml")), ConfigOverrides.NONE))
        .isInstanceOf(ConfigException.class)
        .hasMessage("/no/such.yaml: there is no such file");
  }

  @Test
  void commandLineWinsAndAddsKubernetes() {
    ClusterConfig config =
        ConfigReader.readText(
            "c.yaml",
            "listen: 127.0.0.1:1\nkubernetes:\n  - {name: a, kubeconfig: /a}",
            new ConfigOverrides(
                Optional.of("other"),
                Optional.of(Path.of("/d")),
                Optional.of(new HostPort("127.0.0.1", 0)),
                Optional.empty(),
                List.of(KubeSource.parse("b=/b"))));

    assertThat(config.clusterName()).isEqualTo("other");
    assertThat(config.dataDirectory()).isEqualTo(Path.of("/d"));
    assertThat(config.kubernetes()).extracting(s -> s.name().value()).containsExactly("a", "b");
    assertThat(config.withPort(4711).publicAddress()).hasToString("localhost:4711");
  }

  @Test
  void textOfTheFileCannotMoveTheCursor() {
    assertThatThrownBy(() -> read("\"a\\e[2Jb\": x"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a\\u{1b}[2Jb");
  }
}

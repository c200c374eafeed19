// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.auth.AccountSettings;
import dev.jtsh.cluster.auth.ApprovalChecks;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@link ClusterConfig} from its file and the command line. */
public final class ConfigReader {
  private static final List<String> KEYS =
      List.of(
          "cluster_name",
          "data_dir",
          "listen",
          "public_addr",
          "web",
          "auth",
          "oidc",
          "kubernetes",
          "audit");
  private static final Duration SHORTEST_TTL = Duration.ofMinutes(1);
  private static final Duration LONGEST_TTL = Duration.ofHours(30);
  private static final int DEFAULT_PORT = 3080;

  private final Section file;
  private final ConfigOverrides overrides;

  private ConfigReader(Section file, ConfigOverrides overrides) {
    this.file = file;
    this.overrides = overrides;
  }

  /**
   * The configuration.
   *
   * @param file the YAML file; all defaults if empty
   * @throws ConfigException if it cannot be used
   */
  public static ClusterConfig read(Optional<Path> file, ConfigOverrides overrides) {
    Section section =
        file.map(path -> Section.open(path, KEYS.toArray(String[]::new)))
            .orElseGet(() -> Section.open("(no file)", "", KEYS));
    return new ConfigReader(section, overrides).config();
  }

  /** Reads a text instead of a file; {@code name} is the file's name in messages. */
  public static ClusterConfig readText(String name, String text, ConfigOverrides overrides) {
    return new ConfigReader(Section.open(name, text, KEYS), overrides).config();
  }

  private ClusterConfig config() {
    Path data =
        overrides
            .dataDirectory()
            .or(() -> file.text("data_dir").map(Path::of))
            .orElse(ClusterConfig.DEFAULT_DATA_DIRECTORY)
            .toAbsolutePath()
            .normalize();
    HostPort listen =
        overrides
            .listen()
            .or(() -> file.parsed("listen", HostPort::parse))
            .orElse(new HostPort("127.0.0.1", DEFAULT_PORT));
    Optional<Section> auth =
        file.section(
            "auth",
            "headless",
            "approval",
            "typed_number_roles",
            "reverse_code",
            "default_session_ttl",
            "mfa_verification_interval",
            "connector",
            "sso_first_key",
            "new_key_wait",
            "passwordless",
            "recovery_codes",
            "totp");
    return new ClusterConfig(
        clusterName(),
        data,
        listen,
        publicAddress(listen),
        webCertificate(),
        auth.flatMap(section -> section.flag("headless")).orElse(true),
        auth.flatMap(section -> section.parsed("approval", ClusterConfig.Approval::parse))
            .orElse(ClusterConfig.Approval.STRICT),
        auth.map(ConfigReader::approvalChecks).orElse(ApprovalChecks.NONE),
        auth.map(ConfigReader::sessionTtl).orElse(Duration.ofHours(12)),
        auth.map(ConfigReader::mfaInterval).orElse(Duration.ZERO),
        OidcSections.read(file, auth),
        new AccountSettings(
            auth.flatMap(section -> section.flag("passwordless")).orElse(false),
            auth.flatMap(section -> section.flag("recovery_codes")).orElse(true),
            auth.flatMap(section -> section.flag("totp")).orElse(false)),
        kubernetes(),
        file.section("audit", "file")
            .flatMap(section -> section.text("file"))
            .map(path -> Path.of(path).toAbsolutePath())
            .orElse(data.resolve("audit.log")));
  }

  private String clusterName() {
    Optional<String> name = overrides.clusterName().map(ConfigReader::checkedName);
    return name.or(() -> file.parsed("cluster_name", ConfigReader::checkedName)).orElse("jtsh");
  }

  private static String checkedName(String name) {
    if (!ClusterConfig.NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a cluster name is 1 to 109 letters, digits, '.', '_' or '-', and begins with no sign");
    }
    return name;
  }

  private HostPort publicAddress(HostPort listen) {
    Optional<HostPort> given =
        overrides.publicAddress().or(() -> file.parsed("public_addr", HostPort::parse));
    if (given.isEmpty() && !listen.isLoopback()) {
      throw file.error(
          "listen",
          "listening on %s needs \"public_addr\": the host name and port by which users reach it"
              .formatted(listen));
    }
    HostPort address = given.orElse(new HostPort("localhost", listen.port()));
    if (address.hasAddress()) {
      throw file.error(
          "public_addr",
          "\"public_addr\" is %s: it needs a host name, for security keys are bound to one"
              .formatted(address));
    }
    return address;
  }

  private Optional<CertificateFiles> webCertificate() {
    return file.section("web", "certificate_file", "key_file")
        .map(web ->
            new CertificateFiles(
                Path.of(web.requiredText("certificate_file")).toAbsolutePath(),
                Path.of(web.requiredText("key_file")).toAbsolutePath()));
  }

  private static ApprovalChecks approvalChecks(Section auth) {
    List<String> roles = auth.texts("typed_number_roles");
    for (String role : roles) {
      if (!Role.isName(role)) {
        throw auth.error(
            "typed_number_roles", "\"%s\" is not the name of a role".formatted(Shown.of(role)));
      }
    }
    return new ApprovalChecks(Set.copyOf(roles), auth.flag("reverse_code").orElse(false));
  }

  private static Duration sessionTtl(Section auth) {
    Duration ttl = auth.duration("default_session_ttl").orElse(Duration.ofHours(12));
    if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
      throw auth.error("default_session_ttl", "\"default_session_ttl\" must be between 1m and 30h");
    }
    return ttl;
  }

  private static Duration mfaInterval(Section auth) {
    Duration interval = auth.duration("mfa_verification_interval").orElse(Duration.ZERO);
    if (!interval.isZero()
        && (interval.compareTo(SHORTEST_TTL) < 0 || interval.compareTo(LONGEST_TTL) > 0)) {
      throw auth.error(
          "mfa_verification_interval", "\"mfa_verification_interval\" must be between 1m and 30h");
    }
    return interval;
  }

  private List<KubeSource> kubernetes() {
    List<KubeSource> sources = new ArrayList<>(KubeSource.list(file));
    Set<KubeClusterName> names = new HashSet<>();
    sources.forEach(source -> names.add(source.name()));
    for (KubeSource source : overrides.kubernetes()) {
      if (!names.add(source.name())) {
        throw new ConfigException("kube cluster \"" + source.name() + "\" is named twice");
      }
      sources.add(source);
    }
    return sources;
  }
}

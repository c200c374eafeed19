// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.admin.RoleDocument;
import dev.jtsh.cluster.config.ConfigException;
import dev.jtsh.cluster.config.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a role from a YAML file, as strictly as the configuration. */
final class RoleFile {
  private final Section file;

  private RoleFile(Section file) {
    this.file = file;
  }

  /**
   * The role of a file.
   *
   * @throws ConfigException if it cannot be used; the message says where
   */
  static Role read(Path path) {
    return new RoleFile(Section.open(path, "kind", "version", "metadata", "spec")).role();
  }

  private Role role() {
    only("kind", RoleDocument.KIND);
    only("version", RoleDocument.VERSION);
    Section metadata = file.section("metadata", "name").orElseThrow(() -> missing("metadata"));
    Section spec =
        file.section("spec", "options", "allow", "deny").orElseThrow(() -> missing("spec"));
    Optional<Section> options =
        spec.section(
            "options",
            "max_session_ttl",
            "mfa_verification_interval",
            "disconnect_expired_cert",
            "pin_source_ip",
            "require_session_mfa");
    Optional<Section> allow =
        spec.section(
            "allow", "kubernetes_users", "kubernetes_groups", "kubernetes_labels", "logins");
    Optional<Section> deny =
        spec.section("deny", "kubernetes_users", "kubernetes_groups", "kubernetes_labels");
    try {
      return new Role(
          metadata.requiredText("name"),
          texts(allow, "kubernetes_users"),
          texts(allow, "kubernetes_groups"),
          labels(allow),
          options.flatMap(o -> o.duration("max_session_ttl")).orElse(Role.LONGEST_SESSION),
          options.flatMap(o -> o.duration("mfa_verification_interval")).orElse(Duration.ZERO),
          texts(allow, "logins"),
          flag(options, "disconnect_expired_cert"),
          flag(options, "pin_source_ip"),
          flag(options, "require_session_mfa"),
          texts(deny, "kubernetes_users"),
          texts(deny, "kubernetes_groups"),
          labels(deny));
    } catch (IllegalArgumentException e) {
      throw file.error("spec", e.getMessage() == null ? "the role cannot be used" : e.getMessage());
    }
  }

  private void only(String key, String word) {
    Optional<String> given = file.text(key);
    if (given.isPresent() && !given.get().equals(word)) {
      throw file.error(key, "\"" + key + "\" must be " + word);
    }
  }

  private ConfigException missing(String key) {
    return file.error(key, "this file needs \"" + key + "\"");
  }

  private static List<String> texts(Optional<Section> section, String key) {
    return section.map(s -> s.texts(key)).orElse(List.of());
  }

  private static Map<String, List<String>> labels(Optional<Section> section) {
    return section.map(s -> s.textLists("kubernetes_labels")).orElse(Map.of());
  }

  private static boolean flag(Optional<Section> section, String key) {
    return section.flatMap(s -> s.flag(key)).orElse(false);
  }
}

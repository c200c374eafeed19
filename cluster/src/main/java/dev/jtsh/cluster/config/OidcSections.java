// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import dev.jtsh.cluster.auth.SsoSettings;
import dev.jtsh.cluster.oidc.OidcConnector;
import dev.jtsh.cluster.oidc.RoleMapping;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the providers of logins: the list {@code oidc}, and what {@code auth} says of them. */
final class OidcSections {
  private static final String LOCAL = "local";
  private static final Duration WAIT_MAX = Duration.ofDays(30);

  private OidcSections() {}

  static SsoSettings read(Section file, Optional<Section> auth) {
    List<OidcConnector> connectors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section section :
        file.sections(
            "oidc",
            "name",
            "display",
            "issuer",
            "client_id",
            "client_secret_file",
            "ca_file",
            "scopes",
            "username_claim",
            "roles")) {
      OidcConnector connector = connector(section);
      if (!names.add(connector.name())) {
        throw section.error("name", "connector \"" + connector.name() + "\" is named twice");
      }
      connectors.add(connector);
    }
    String chosen = auth.flatMap(section -> section.text("connector")).orElse(LOCAL);
    if (!chosen.equals(LOCAL) && !names.contains(chosen)) {
      throw auth.orElse(file)
          .error("connector", "there is no connector \"" + Shown.of(chosen) + "\" under \"oidc\"");
    }
    return new SsoSettings(
        connectors,
        chosen,
        auth.flatMap(section -> section.parsed("sso_first_key", OidcSections::firstKey))
            .orElse(SsoSettings.NONE.firstKey()),
        auth.flatMap(OidcSections::keyWait).orElse(SsoSettings.NONE.newKeyWait()));
  }

  private static OidcConnector connector(Section section) {
    String name = section.requiredText("name");
    if (!OidcConnector.isName(name)) {
      throw section.error(
          "name",
          "a connector's name is 1 to 64 letters, digits, '_' or '-', and not local, headless or"
              + " passwordless");
    }
    section.requiredText("issuer");
    URI issuer =
        section.parsed("issuer", text -> OidcConnector.checkIssuer(URI.create(text))).orElseThrow();
    List<RoleMapping> mappings = new ArrayList<>();
    for (Section mapping : section.sections("roles", "claim", "value", "roles")) {
      List<String> roles = mapping.texts("roles");
      if (roles.isEmpty()) {
        throw mapping.error("roles", "a mapping needs at least one role");
      }
      mappings.add(
          new RoleMapping(mapping.requiredText("claim"), mapping.requiredText("value"), roles));
    }
    if (mappings.isEmpty()) {
      throw section.error(
          "roles", "connector \"" + name + "\" maps no claim to a role: nobody could log in by it");
    }
    List<String> scopes = section.texts("scopes");
    return new OidcConnector(
        name,
        section.text("display").orElse(name),
        issuer,
        section.requiredText("client_id"),
        Path.of(section.requiredText("client_secret_file")).toAbsolutePath(),
        section.text("ca_file").map(path -> Path.of(path).toAbsolutePath()),
        scopes.isEmpty() ? List.of("email", "profile") : scopes,
        section.text("username_claim").orElse("email"),
        mappings);
  }

  private static SsoSettings.FirstKey firstKey(String text) {
    return switch (text) {
      case "at_once" -> SsoSettings.FirstKey.AT_ONCE;
      case "waits" -> SsoSettings.FirstKey.WAITS;
      case "refused" -> SsoSettings.FirstKey.REFUSED;
      default -> throw new IllegalArgumentException("write at_once, waits or refused");
    };
  }

  private static Optional<Duration> keyWait(Section auth) {
    Optional<Duration> wait = auth.duration("new_key_wait");
    if (wait.isPresent() && (wait.get().isNegative() || wait.get().compareTo(WAIT_MAX) > 0)) {
      throw auth.error("new_key_wait", "\"new_key_wait\" must be between 0s and 720h");
    }
    return wait;
  }
}

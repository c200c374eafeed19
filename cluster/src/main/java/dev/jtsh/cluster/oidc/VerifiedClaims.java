// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a provider says about a person.
 *
 * @param issuer who says it
 * @param subject the person's id there, never given to another
 * @param claims all of it
 */
public record VerifiedClaims(String issuer, String subject, Map<String, JsonNode> claims) {
  /** Copies. */
  public VerifiedClaims {
    claims = Map.copyOf(claims);
  }

  /** The text of a claim; empty when it is absent or no text. */
  public Optional<String> text(String claim) {
    JsonNode node = claims.get(claim);
    return node != null && node.isTextual() && !node.asText().isEmpty()
        ? Optional.of(node.asText())
        : Optional.empty();
  }

  /** Whether a claim is the JSON value {@code true}; the text "true" of some providers counts. */
  public boolean isTrue(String claim) {
    JsonNode node = claims.get(claim);
    return node != null
        && ((node.isBoolean() && node.asBoolean())
            || (node.isTextual() && node.asText().equals("true")));
  }

  /** The roles that these mappings give, each once, in the order of the mappings. */
  public List<String> roles(List<RoleMapping> mappings) {
    List<String> roles = new ArrayList<>();
    for (RoleMapping mapping : mappings) {
      JsonNode node = claims.get(mapping.claim());
      if (node != null && ProviderMetadata.texts(node).contains(mapping.value())) {
        mapping.roles().stream().filter(role -> !roles.contains(role)).forEach(roles::add);
      }
    }
    return roles;
  }
}

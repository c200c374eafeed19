// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.pki.Traits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of a role that are filled from the user's traits: {@code {{external.team}}-admins}. What a
 * trait brings never begins with {@code system:}: an identity provider must not be able to make a
 * Kubernetes system group (security rule 10).
 */
final class TraitTemplate {
  private static final Pattern TEMPLATE =
      Pattern.compile("([^{}]*)\\{\\{\\s*(?:internal|external)\\.([A-Za-z0-9_.-]+)\\s*}}([^{}]*)");
  private static final String RESERVED = "system:";

  private TraitTemplate() {}

  /** All values: literals as they are, templates once per value of their trait, maybe none. */
  static List<String> expand(Collection<String> values, Traits traits) {
    List<String> result = new ArrayList<>();
    for (String value : values) {
      if (!value.contains("{{")) {
        result.add(value);
        continue;
      }
      Matcher template = TEMPLATE.matcher(value);
      if (!template.matches()) {
        continue; // A template that cannot be read allows nothing.
      }
      for (String trait : traits.get(template.group(2))) {
        String filled = template.group(1) + trait + template.group(3);
        if (!trait.isEmpty() && !filled.startsWith(RESERVED)) {
          result.add(filled);
        }
      }
    }
    return result;
  }
}

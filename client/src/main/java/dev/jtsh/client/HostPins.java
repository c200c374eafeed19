// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.Fingerprint;
import dev.jtsh.protocol.text.SafeText;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which host authorities may stand behind a proxy, by hashes of their keys as {@code tctl status}
 * and {@code jtsh-cluster status} print them (security rule 23). An authority must be in the list
 * of every rule: what one place says, another can only narrow.
 */
public final class HostPins {
  /** No rule: the authority is believed that the cluster names. */
  public static final HostPins NONE = new HostPins(List.of());

  private static final Pattern PIN = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final int SHOWN_MAX = 4;

  private final List<Rule> rules;

  private HostPins(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** What several places say together. */
  public static HostPins of(List<Rule> rules) {
    return rules.isEmpty() ? NONE : new HostPins(rules);
  }

  /** The pins of each proxy. */
  @FunctionalInterface
  public interface ByProxy {
    /** Those for one address; {@link #NONE} when nothing is said about it. */
    HostPins of(ProxyAddress proxy);
  }

  /**
   * What one place says.
   *
   * @param source the place, as people know it
   * @param pins {@code sha256:} and 64 small hex digits each; several while an authority is rotated
   */
  public record Rule(String source, Set<String> pins) {
    /** Copies and checks. */
    public Rule {
      pins = Set.copyOf(pins);
      if (pins.isEmpty() || !pins.stream().allMatch(pin -> PIN.matcher(pin).matches())) {
        throw new IllegalArgumentException(source + ": no pin");
      }
    }

    /**
     * Reads texts with one pin or several, split by commas or spaces.
     *
     * @throws IllegalArgumentException with a message for the user when one is no pin
     */
    public static Rule parse(String source, List<String> texts) {
      Set<String> pins = new LinkedHashSet<>();
      for (String text : texts) {
        for (String word : text.strip().split("[,\\s]+", -1)) {
          String pin = word.toLowerCase(Locale.ROOT);
          if (!PIN.matcher(pin).matches()) {
            throw new IllegalArgumentException(
                "%s: \"%s\" is no pin of a host authority: sha256: and 64 hex digits"
                    .formatted(source, word));
          }
          pins.add(pin);
        }
      }
      return new Rule(source, pins);
    }
  }

  /** Whether there is no rule. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /** The places that say so, for people. */
  public SafeText sources() {
    return SafeText.of(String.join(" and ", rules.stream().map(Rule::source).toList()));
  }

  /** Those of some authorities that every rule has. */
  List<X509Certificate> held(List<X509Certificate> authorities) {
    return authorities.stream()
        .filter(authority -> {
          String pin = Fingerprint.caPin(authority.getPublicKey());
          return rules.stream().allMatch(rule -> rule.pins().contains(pin));
        })
        .toList();
  }

  /**
   * The refusal of a cluster that is not the pinned one.
   *
   * @param seen what it named instead
   * @param hint what to do about it
   */
  ClientException.UntrustedCertificate mismatch(
      SafeText what, List<X509Certificate> seen, SafeText hint) {
    List<String> pins =
        seen.stream()
            .map(authority -> Fingerprint.caPin(authority.getPublicKey()))
            .distinct()
            .limit(SHOWN_MAX)
            .toList();
    return new ClientException.UntrustedCertificate(
        SafeText.format(
            "{} {}, which {} does not name", what, SafeText.of(String.join(", ", pins)), sources()),
        hint,
        null);
  }
}

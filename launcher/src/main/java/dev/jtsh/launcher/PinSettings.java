// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.HostPins;
import dev.jtsh.client.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which host authorities a command believes: the machine's file and, besides it, the first place of
 * the person's that says something. Both must name the authority.
 *
 * @param persons what the person says, of any proxy
 * @param machine what the machine's file says
 */
record PinSettings(Optional<HostPins.Rule> persons, PinFile machine) implements HostPins.ByProxy {
  /** The person's variable. */
  static final String VARIABLE = "JTSH_CA_PIN";

  /** The key of the configuration files. */
  static final String KEY = "ca_pin";

  /**
   * Collects them.
   *
   * @throws SettingsException when a text is no pin
   */
  static PinSettings of(
      List<String> options,
      Map<String, String> environment,
      Map<String, String> configuration,
      PinFile machine) {
    try {
      return new PinSettings(persons(options, environment, configuration), machine);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<HostPins.Rule> persons(
      List<String> options, Map<String, String> environment, Map<String, String> configuration) {
    if (!options.isEmpty()) {
      return Optional.of(HostPins.Rule.parse("--ca-pin", options));
    }
    String variable = environment.getOrDefault(VARIABLE, "");
    if (!variable.isBlank()) {
      return Optional.of(HostPins.Rule.parse(VARIABLE, List.of(variable)));
    }
    String key = configuration.getOrDefault(KEY, "");
    return key.isBlank()
        ? Optional.empty()
        : Optional.of(HostPins.Rule.parse(KEY + " of the configuration file", List.of(key)));
  }

  @Override
  public HostPins of(ProxyAddress proxy) {
    List<HostPins.Rule> rules = new ArrayList<>();
    machine.about(proxy).ifPresent(rules::add);
    persons.ifPresent(rules::add);
    return HostPins.of(rules);
  }
}

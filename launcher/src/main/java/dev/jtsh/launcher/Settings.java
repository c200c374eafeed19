// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.HostPins;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which proxy, user and cluster a command is about, and whom to trust.
 *
 * <p>Each comes from the first place that has it: the command line, {@code TELEPORT_*}, in headless
 * mode the variables a Teleport SSH session sets (teleport-wire §11.1), the person's configuration
 * file, the machine's. Never from the name of the operating system's user: in headless mode a guess
 * would send somebody else's request.
 *
 * @param proxy host and optional port as given; empty when no place has it
 * @param user the Teleport user; empty when no place has it
 * @param cluster the Teleport cluster; empty means the proxy's own
 * @param caFile PEM file of certificates to trust for the proxy besides the system's
 * @param pins which host authorities are believed
 */
public record Settings(
    Optional<String> proxy,
    Optional<String> user,
    Optional<String> cluster,
    Optional<Path> caFile,
    HostPins.ByProxy pins) {

  /** Collects the settings of one command. */
  static Settings of(
      ClusterOptions options,
      Map<String, String> environment,
      Map<String, String> configuration,
      PinFile machinePins,
      boolean headless) {
    return new Settings(
        first(
            options.proxy,
            environment.get("TELEPORT_PROXY"),
            headless ? environment.get("SSH_SESSION_WEBPROXY_ADDR") : null,
            configuration.get("proxy")),
        first(
            options.user,
            environment.get("TELEPORT_USER"),
            headless ? environment.get("SSH_TELEPORT_USER") : null,
            configuration.get("user")),
        first(
            options.cluster,
            environment.get("TELEPORT_CLUSTER"),
            headless ? environment.get("SSH_TELEPORT_CLUSTER_NAME") : null,
            configuration.get("cluster")),
        first(options.caFile, environment.get("JTSH_CA_FILE"), configuration.get("ca_file"))
            .map(Settings::file),
        PinSettings.of(options.caPins, environment, configuration, machinePins));
  }

  private static Path file(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new SettingsException("the CA file's name is none: " + name);
    }
  }

  /**
   * Refuses when the proxy is missing; for commands that learn the user later.
   *
   * @throws SettingsException when it is
   */
  public String requiredProxy() {
    return proxy.orElseThrow(
        () -> new SettingsException("missing proxy: give --proxy or set TELEPORT_PROXY"));
  }

  /**
   * Refuses when proxy or user is missing, in one line that names what and where to put it.
   *
   * @throws SettingsException when one is missing
   */
  public Settings complete() {
    List<String> missing = new ArrayList<>();
    if (proxy.isEmpty()) {
      missing.add("proxy");
    }
    if (user.isEmpty()) {
      missing.add("user");
    }
    if (missing.isEmpty()) {
      return this;
    }
    String flags = String.join(" and ", missing.stream().map(name -> "--" + name).toList());
    String variables =
        String.join(
            " and ",
            missing.stream()
                .map(name -> "TELEPORT_" + name.toUpperCase(java.util.Locale.ROOT))
                .toList());
    throw new SettingsException(
        "missing %s: give %s, set %s, or write it to ~/.config/jtsh/config.yaml"
            .formatted(String.join(" and ", missing), flags, variables));
  }

  private static Optional<String> first(@Nullable String... candidates) {
    for (String candidate : candidates) {
      if (candidate != null && !candidate.isBlank()) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}

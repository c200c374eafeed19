// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.nativebindings.MlockMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The options every command takes, before and after its name: which cluster it talks to, and how.
 */
final class ClusterOptions {
  @Option(
      names = "--proxy",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST[:PORT]",
      description = "Address of the Teleport proxy.")
  @Nullable String proxy;

  @Option(
      names = "--user",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description = "Teleport user.")
  @Nullable String user;

  @Option(
      names = {"-c", "--cluster"},
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description = "Teleport cluster, when it is not the proxy's own.")
  @Nullable String cluster;

  @Option(
      names = "--ca-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "PEM file of certificates to trust for the proxy, besides the system's.")
  @Nullable String caFile;

  @Option(
      names = "--ca-pin",
      scope = ScopeType.INHERIT,
      paramLabel = "sha256:HEX",
      description =
          "Pin of the cluster's host authority, checked before anything is asked; several while it"
              + " is rotated; also JTSH_CA_PIN.")
  List<String> caPins = new ArrayList<>();

  @Option(
      names = "--headless",
      scope = ScopeType.INHERIT,
      description = "Ask for approval on another device; also TELEPORT_HEADLESS=1.")
  boolean headless;

  @Option(
      names = "--mlock",
      scope = ScopeType.INHERIT,
      paramLabel = "MODE",
      description =
          "Keep secrets out of swap: off, auto, best_effort or strict; also TELEPORT_MLOCK_MODE.")
  @Nullable String mlock;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Say on stderr what is done; also JTSH_DEBUG=1. Never shows a secret.")
  boolean debug;

  /** Whether this run says what it does. */
  boolean debug(Map<String, String> environment) {
    return debug || isYes(environment.getOrDefault("JTSH_DEBUG", ""));
  }

  /** Whether this run asks for approval on another device. */
  boolean headless(Map<String, String> environment) {
    return headless || isYes(environment.getOrDefault("TELEPORT_HEADLESS", ""));
  }

  private static boolean isYes(String value) {
    return switch (value) {
      case "1", "true", "yes", "t", "T", "TRUE", "True" -> true;
      default -> false;
    };
  }

  /**
   * What {@code --mlock}, else {@code TELEPORT_MLOCK_MODE}, else {@code auto} means for this run.
   *
   * @throws SettingsException when it is none of the modes
   */
  MlockMode mlock(Map<String, String> environment) {
    String variable = environment.getOrDefault("TELEPORT_MLOCK_MODE", "");
    String name = mlock != null ? mlock : variable.isEmpty() ? MlockMode.AUTO.text() : variable;
    return MlockMode.named(name)
        .orElseThrow(() ->
            new SettingsException(
                (mlock != null ? "--mlock" : "TELEPORT_MLOCK_MODE")
                    + " is off, auto, best_effort or strict"))
        .decided(headless(environment));
  }
}

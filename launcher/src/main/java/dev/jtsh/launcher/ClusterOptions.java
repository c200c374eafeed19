// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The options that say which cluster a command talks to. Taken before and after the command's name.
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
      names = "--headless",
      scope = ScopeType.INHERIT,
      description = "Ask for approval on another device; also TELEPORT_HEADLESS=1.")
  boolean headless;
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.CallLog;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.Network;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.SecurityKey;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebTrust;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What several commands do first: whom to trust, which proxy, which key. */
final class ClusterCalls {
  private final Outside outside;

  ClusterCalls(Outside outside) {
    this.outside = outside;
  }

  /** The settings of a command that knows only from its options whether it is headless. */
  Settings settings(ClusterOptions options) {
    return settings(options, options.headless);
  }

  /** The settings of a command; in headless mode those of an SSH session count too. */
  Settings settings(ClusterOptions options, boolean headless) {
    Settings settings =
        Settings.of(
            options,
            outside.environment(),
            ConfigurationFile.read(ConfigurationFile.places(outside.environment(), outside.home())),
            PinFile.read(PinFile.PLACE, PinFile.Rights::ofSystem),
            headless);
    outside
        .console()
        .detail(
            SafeText.format(
                "settings: proxy {}, user {}, cluster {}, CA file {}",
                shown(settings.proxy()),
                shown(settings.user()),
                shown(settings.cluster()),
                shown(settings.caFile().map(Path::toString))));
    return settings;
  }

  private static SafeText shown(Optional<String> setting) {
    return setting.map(SafeText::of).orElse(SafeText.literal("not given"));
  }

  /** A web client that believes what the settings say. */
  WebClient web(Settings settings) {
    return new WebClient(network(settings), outside.clock());
  }

  /** How clusters are reached from here. */
  Network network(Settings settings) {
    try {
      CallLog calls = new CallLog(outside.console()::detail, outside.random());
      return Network.of(outside.environment(), trust(settings), calls).withPins(settings.pins());
    } catch (IllegalArgumentException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }

  /** Whom to believe for the proxy. */
  WebTrust trust(Settings settings) {
    try {
      return WebTrust.load(outside.environment(), settings.caFile());
    } catch (IOException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }

  /** Finds the proxy and asks what it offers. */
  static Discovery discover(WebClient web, String proxy, String connector) throws ClientException {
    return web.discover(candidates(proxy), connector);
  }

  /** The same before a secret goes there: where its host authority is pinned, it must prove it. */
  static Discovery discoverPinned(WebClient web, String proxy, String connector)
      throws ClientException {
    Discovery discovery = discover(web, proxy, connector);
    web.requirePinnedHosts(discovery);
    return discovery;
  }

  /** The addresses a text may mean. */
  static List<ProxyAddress> candidates(String proxy) {
    try {
      return ProxyAddress.candidates(proxy);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }

  /** The first security key at hand; without one, a key that says so when it is asked to sign. */
  SecurityKey securityKey() {
    return outside.securityKeys().isEmpty() ? new AbsentKey() : outside.securityKeys().getFirst();
  }

  /** Stands where no key is: keeps every command usable up to the touch. */
  private static final class AbsentKey implements SecurityKey {
    @Override
    public boolean isAtHand() {
      return false;
    }

    @Override
    public AssertionResult sign(AssertionRequest request) throws SecurityKeyException {
      throw new SecurityKeyException(missing().toString());
    }

    @Override
    public RegistrationResult register(RegistrationRequest request) throws SecurityKeyException {
      throw new SecurityKeyException(missing().toString());
    }

    private static SafeText missing() {
      return SafeText.literal("there is no security key here");
    }
  }
}

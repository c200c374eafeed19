// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.client.WebClient;

/** The login held on this machine that the settings mean, and auth reached with it. */
final class MachineLogin {
  private final ClusterCalls calls;
  private final Settings settings;
  private final ProfileStore profiles;
  private final Profile profile;

  private MachineLogin(
      ClusterCalls calls, Settings settings, ProfileStore profiles, Profile profile) {
    this.calls = calls;
    this.settings = settings;
    this.profiles = profiles;
    this.profile = profile;
  }

  /** The login of the proxy and user that are set, else the current one; valid now. */
  static MachineLogin of(Outside outside, Settings settings)
      throws ClientException, NotLoggedInException {
    ProfileStore profiles = ProfileStore.ofEnvironment(outside.environment(), outside.home());
    Profile found =
        (settings.proxy().isPresent()
                ? profiles.forProxy(
                    ClusterCalls.candidates(settings.proxy().get()).getFirst().host())
                : profiles.current())
            .filter(one -> settings.user().map(one.user()::equals).orElse(true))
            .orElseThrow(NotLoggedInException::none);
    if (!found.isValid(outside.clock().instant())) {
      throw NotLoggedInException.expired();
    }
    return new MachineLogin(new ClusterCalls(outside), settings, profiles, found);
  }

  Profile profile() {
    return profile;
  }

  /** Where it is kept. */
  ProfileStore profiles() {
    return profiles;
  }

  /**
   * The cluster, as the user of the login.
   *
   * @param discovery what its proxy says about itself
   * @param credentials the login's keys and certificates; closed after the work
   * @param auth connection to auth; closed after the work
   */
  record Reached(Discovery discovery, LoginCredentials credentials, AuthClient auth) {}

  /** What to do there. */
  interface Work<T> {
    T with(Reached cluster) throws ClientException;
  }

  /** Reaches the cluster for one piece of work. */
  <T> T reach(Work<T> work) throws ClientException {
    try (WebClient web = calls.web(settings);
        LoginCredentials credentials =
            profiles.load(profile).limitedTo(web.network().pins(profile.proxy()))) {
      Discovery discovery = web.ping(profile.proxy(), "local");
      try (AuthClient auth =
          AuthClient.open(
              credentials.authEndpoint(profile.proxy(), discovery.version()), web.network())) {
        return work.with(new Reached(discovery, credentials, auth));
      }
    }
  }
}

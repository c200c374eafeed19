// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.headless.HeadlessApproval;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;

/** Runs an approver's command as the user who is logged in on this machine. */
final class ApproverCalls {
  private final Outside outside;
  private final ClusterOptions cluster;

  ApproverCalls(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  /** What to do with the connection to auth; gives the exit status. */
  interface Work {
    int with(AuthClient auth, HeadlessApproval approval) throws ClientException;
  }

  int run(Work work) {
    ClusterCalls calls = new ClusterCalls(outside);
    FailureReport failures = new FailureReport(outside.console());
    Settings settings = calls.settings(cluster);
    ProfileStore profiles = ProfileStore.ofEnvironment(outside.environment(), outside.home());
    try {
      Optional<Profile> login = login(profiles, settings);
      if (login.isEmpty() || !login.get().isValid(outside.clock().instant())) {
        return failures
            .of(
                ExitCode.ERROR,
                login.isEmpty()
                    ? SafeText.literal("Not logged in.")
                    : SafeText.literal("Active profile expired."),
                SafeText.literal("log in first: jtsh login"))
            .status();
      }
      return as(login.get(), profiles, calls, settings, work);
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }

  private static int as(
      Profile profile, ProfileStore profiles, ClusterCalls calls, Settings settings, Work work)
      throws ClientException {
    try (WebClient web = calls.web(settings);
        LoginCredentials credentials = profiles.load(profile)) {
      Discovery discovery = web.ping(profile.proxy(), "local");
      try (AuthClient auth =
          AuthClient.open(
              credentials.authEndpoint(profile.proxy(), discovery.version()), web.network())) {
        WebauthnCeremony ceremony =
            new WebauthnCeremony(profile.proxy(), profile.pinnedParent(), calls.securityKey());
        return work.with(auth, new HeadlessApproval(auth, profile.user(), ceremony));
      }
    }
  }

  private static Optional<Profile> login(ProfileStore profiles, Settings settings)
      throws ClientException {
    Optional<Profile> found =
        settings.proxy().isPresent()
            ? profiles.forProxy(ClusterCalls.candidates(settings.proxy().get()).getFirst().host())
            : profiles.current();
    if (settings.user().isPresent()
        && found.isPresent()
        && !found.get().user().equals(settings.user().get())) {
      return Optional.empty();
    }
    return found;
  }
}

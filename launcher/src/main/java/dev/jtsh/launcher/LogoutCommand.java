// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.KubeconfigEntries;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.protocol.text.FileFailure;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code jtsh logout}: removes logins and everything made for them. */
@Command(
    name = "logout",
    description = "Remove the login for --proxy, or all: keys, certificates, kubeconfig entries.")
final class LogoutCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;
  private final FailureReport failures;

  LogoutCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() {
    ProfileStore profiles = ProfileStore.ofEnvironment(outside.environment(), outside.home());
    KubeconfigEntries entries =
        KubeconfigEntries.ofEnvironment(outside.environment(), outside.home());
    try {
      List<Profile> leaving = chosen(profiles.all());
      for (Profile profile : leaving) {
        entries.removeFor(profile.proxy(), profile.cluster());
        profiles.remove(profile);
        outside
            .console()
            .say(
                SafeText.format(
                    "Logged out {} from {}.",
                    SafeText.of(profile.user()),
                    SafeText.of(profile.proxy().hostPort())));
      }
      if (leaving.isEmpty()) {
        outside.console().say(SafeText.literal("Nobody was logged in."));
      }
      return ExitCode.OK.status();
    } catch (ClientException e) {
      return failures.of(e).status();
    } catch (IOException e) {
      return failures.of(ExitCode.ERROR, SafeText.of(FileFailure.of(e))).status();
    }
  }

  private List<Profile> chosen(List<Profile> all) {
    Optional<String> proxy = Optional.ofNullable(cluster.proxy);
    if (proxy.isEmpty()) {
      return all;
    }
    String host = ClusterCalls.candidates(proxy.get()).getFirst().host().toLowerCase(Locale.ROOT);
    return all.stream().filter(profile -> profile.proxy().host().equals(host)).toList();
  }
}

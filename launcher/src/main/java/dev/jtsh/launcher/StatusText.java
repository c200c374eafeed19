// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.Profile;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.text.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** A login as {@code jtsh status} shows it: tsh's block, so that scripts go on working (§10.3). */
final class StatusText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z zzz");

  private final Instant now;

  StatusText(Instant now) {
    this.now = now;
  }

  List<SafeText> lines(Profile profile, boolean current) {
    List<SafeText> lines = new ArrayList<>();
    lines.add(
        SafeText.format(
            "{} Profile URL:        https://{}",
            current ? SafeText.literal(">") : SafeText.literal(" "),
            SafeText.of(profile.proxy().hostPort())));
    lines.add(SafeText.format("  Logged in as:       {}", SafeText.of(profile.user())));
    lines.add(SafeText.format("  Cluster:            {}", SafeText.of(profile.cluster())));
    profile.identity().ifPresent(identity -> addIdentity(lines, profile, identity));
    lines.add(
        SafeText.format(
            "  Valid until:        {} [{}]",
            SafeText.of(TIME.format(profile.validUntil().atZone(ZoneId.systemDefault()))),
            left(profile.validUntil())));
    return lines;
  }

  private static void addIdentity(List<SafeText> lines, Profile profile, UserIdentity identity) {
    lines.add(SafeText.format("  Roles:              {}", joined(identity.roles())));
    lines.add(SafeText.format("  Logins:             {}", joined(identity.principals())));
    lines.add(
        profile.kubeProxyAddress().isEmpty()
            ? SafeText.literal("  Kubernetes:         disabled")
            : SafeText.literal("  Kubernetes:         enabled"));
    identity
        .kubernetesCluster()
        .ifPresent(
            kube -> lines.add(SafeText.format("  Kubernetes cluster: \"{}\"", SafeText.of(kube))));
    if (!identity.kubernetesUsers().isEmpty()) {
      lines.add(SafeText.format("  Kubernetes users:   {}", joined(identity.kubernetesUsers())));
    }
    if (!identity.kubernetesGroups().isEmpty()) {
      lines.add(SafeText.format("  Kubernetes groups:  {}", joined(identity.kubernetesGroups())));
    }
  }

  private SafeText left(Instant end) {
    Duration left = Duration.between(now, end);
    if (left.isNegative() || left.isZero()) {
      return SafeText.literal("EXPIRED");
    }
    if (left.compareTo(Duration.ofMinutes(1)) < 0) {
      return SafeText.literal("valid for <1m");
    }
    long minutes = left.toMinutes();
    return SafeText.of(
        minutes >= 60
            ? "valid for %dh%dm0s".formatted(minutes / 60, minutes % 60)
            : "valid for %dm0s".formatted(minutes));
  }

  private static SafeText joined(List<String> names) {
    return SafeText.of(String.join(", ", names));
  }
}

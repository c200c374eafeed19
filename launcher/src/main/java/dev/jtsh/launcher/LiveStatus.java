// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.jtsh.headless.Announcement;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a running session says about itself: {@code jtsh status --format json} inside it.
 *
 * @param session id of its first request
 * @param user the Teleport user
 * @param proxy host and port
 * @param cluster the Teleport cluster
 * @param kubeClusters the Kubernetes clusters
 * @param pending those whose certificate is still on its way
 * @param expires the end of access, RFC 3339
 * @param served requests the clusters answered
 * @param failed requests that jtsh answered itself, with a failure
 * @param waiting requests that wait for a renewal
 * @param renewal the renewal that waits for an approval; null without one
 * @param notRenewed why the last renewal came to nothing; null after a good one
 * @param unreached kube clusters whose way is cut: since when and why
 * @param lastError the last failure; null before one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LiveStatus(
    @JsonProperty("session") String session,
    @JsonProperty("user") String user,
    @JsonProperty("proxy") String proxy,
    @JsonProperty("cluster") String cluster,
    @JsonProperty("kube_clusters") List<String> kubeClusters,
    @JsonProperty("pending") List<String> pending,
    @JsonProperty("expires") String expires,
    @JsonProperty("served") long served,
    @JsonProperty("failed") long failed,
    @JsonProperty("waiting") int waiting,
    @JsonProperty("renewal") @Nullable Renewal renewal,
    @JsonProperty("not_renewed") @Nullable String notRenewed,
    @JsonProperty("unreached") @Nullable List<Failure> unreached,
    @JsonProperty("last_error") @Nullable Failure lastError) {

  /** How to approve a renewal. */
  record Renewal(
      @JsonProperty("id") String id,
      @JsonProperty("link") String link,
      @JsonProperty("command") String command,
      @JsonProperty("number") @JsonInclude(JsonInclude.Include.NON_DEFAULT) int number) {
    /** With the number only for a person who typed the command (security rule 12). */
    static Renewal of(LiveSession.Asked asked) {
      Announcement announcement = asked.announcement();
      return new Renewal(
          announcement.id(),
          announcement.link(),
          announcement.approveCommand(),
          asked.byPerson() ? asked.number() : 0);
    }
  }

  /** A request that jtsh answered itself. */
  record Failure(
      @JsonProperty("at") String at,
      @JsonProperty("kube_cluster") String kubeCluster,
      @JsonProperty("message") String message) {}

  static LiveStatus of(
      String id,
      KubeAccess live,
      long served,
      long failed,
      List<Failure> unreached,
      @Nullable Failure lastError) {
    KubeFacts now = live.facts();
    return new LiveStatus(
        id,
        now.user(),
        now.discovery().proxy().hostPort(),
        now.teleportCluster(),
        names(now.kubeClusters()),
        names(live.pending()),
        live.end().toString(),
        served,
        failed,
        live.waiting(),
        live.asked().map(Renewal::of).orElse(null),
        live.refused().map(SafeText::toString).orElse(null),
        unreached,
        lastError);
  }

  private static List<String> names(List<KubeClusterName> clusters) {
    return clusters.stream().map(KubeClusterName::value).toList();
  }

  /** The lines for people. */
  List<SafeText> lines(SessionEnd end) {
    List<SafeText> lines = new ArrayList<>();
    lines.add(SafeText.format("> Session:            {}", SafeText.of(session)));
    lines.add(SafeText.format("  Proxy:              {}", SafeText.of(proxy)));
    lines.add(SafeText.format("  Logged in as:       {}", SafeText.of(user)));
    lines.add(SafeText.format("  Cluster:            {}", SafeText.of(cluster)));
    lines.add(
        SafeText.format("  Kubernetes:         {}", SafeText.of(String.join(", ", kubeClusters))));
    if (!pending.isEmpty()) {
      lines.add(
          SafeText.format("  On their way:       {}", SafeText.of(String.join(", ", pending))));
    }
    lines.add(SafeText.format("  Access:             {}", end.ends()));
    lines.add(
        SafeText.format(
            "  Requests:           {} served, {} failed, {} waiting",
            SafeText.of(Long.toString(served)),
            SafeText.of(Long.toString(failed)),
            SafeText.of(Integer.toString(waiting))));
    Optional.ofNullable(renewal)
        .ifPresent(asked ->
            lines.add(
                SafeText.format(
                    "  Waits for:          approval of {}", SafeText.of(asked.link()))));
    Optional.ofNullable(notRenewed)
        .ifPresent(why -> lines.add(SafeText.format("  Not renewed:        {}", SafeText.of(why))));
    for (Failure one : unreached == null ? List.<Failure>of() : unreached) {
      lines.add(
          SafeText.format(
              "  Waits for:          the way to {}, since {}: {}",
              SafeText.of(one.kubeCluster()),
              SafeText.of(one.at()),
              SafeText.of(one.message())));
    }
    Optional.ofNullable(lastError)
        .ifPresent(last ->
            lines.add(
                SafeText.format(
                    "  Last error:         {} {}: {}",
                    SafeText.of(last.at()),
                    SafeText.of(last.kubeCluster()),
                    SafeText.of(last.message()))));
    return lines;
  }
}

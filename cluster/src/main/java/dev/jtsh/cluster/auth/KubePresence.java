// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.regex.Pattern;

/** Which agents are alive and what they serve (teleport-wire §8.11). */
public final class KubePresence {
  /** How long a heartbeat counts. */
  public static final Duration LIFE = Duration.ofMinutes(10);

  static final String PREFIX = "kube_servers/";
  private static final String SEEN_PREFIX = "kube_agents_seen/";
  private static final int LABELS_MAX = 64;
  private static final int TEXT_CHARS_MAX = 253;
  private static final Pattern LABEL_KEY = Pattern.compile("[A-Za-z0-9._/:-]{1,128}");

  private final String clusterName;
  private final Backend backend;
  private final AccessCache cache;
  private final AuditLog audit;
  private final InstantSource clock;

  KubePresence(
      String clusterName, Backend backend, AccessCache cache, AuditLog audit, InstantSource clock) {
    this.clusterName = clusterName;
    this.backend = backend;
    this.cache = cache;
    this.audit = audit;
    this.clock = clock;
  }

  /** What became of a heartbeat. */
  public sealed interface Outcome {
    /** Counted until then. */
    record Counted(Instant expires) implements Outcome {}

    /** The agent's certificate does not name this cluster, or something is malformed. */
    record Refused(String reason) implements Outcome {}
  }

  /**
   * Takes an agent's word that it serves a cluster, if its certificate allows that name (security
   * rule 9). Blocks.
   *
   * @param agent the identity of the agent's verified certificate
   * @param kubeCluster the name it wants to serve
   * @param labels labels of the cluster
   * @param hostname the agent's own name for its machine
   */
  public Outcome heartbeat(
      HostIdentity agent, String kubeCluster, Map<String, String> labels, String hostname) {
    if (!agent.cluster().equals(clusterName)
        || !agent.roles().contains("Kube")
        || KubeClusterName.of(kubeCluster).isEmpty()
        || !agent.kubeClusters().contains(kubeCluster)) {
      audit.emit(
          AuditEvent.of(AuditEvent.Type.KUBE_NAME_REFUSED)
              .with("server_id", agent.hostId())
              .with("kubernetes_cluster", Logins.bounded(kubeCluster))
              .with("allowed", agent.kubeClusters())
              .build());
      return new Outcome.Refused("the agent's certificate does not name this kube cluster");
    }
    if (labels.size() > LABELS_MAX
        || hostname.length() > TEXT_CHARS_MAX
        || labels.entrySet().stream()
            .anyMatch(e ->
                !LABEL_KEY.matcher(e.getKey()).matches()
                    || e.getValue().length() > TEXT_CHARS_MAX)) {
      return new Outcome.Refused("the agent's labels are too many, too long or malformed");
    }
    Instant expires = clock.instant().plus(LIFE);
    var server =
        new KubeServer(
            kubeCluster, agent.hostId(), hostname, AuthSettings.SERVER_VERSION, labels, expires);
    reportFirst(agent, kubeCluster);
    String key = key(kubeCluster, agent.hostId());
    backend.put(key, WireJson.write(server), expires);
    cache.reload(key);
    return new Outcome.Counted(expires);
  }

  /** Forgets an agent that stops in order. Blocks. */
  public void goodbye(HostIdentity agent, String kubeCluster) {
    String key = key(kubeCluster, agent.hostId());
    if (agent.kubeClusters().contains(kubeCluster) && backend.delete(key)) {
      cache.reload(key);
    }
  }

  /** Whether another host serves this cluster now. */
  boolean servedByOther(String kubeCluster, String hostId) {
    return cache.servers().stream()
        .anyMatch(s -> s.name().equals(kubeCluster) && !s.hostId().equals(hostId));
  }

  private void reportFirst(HostIdentity agent, String kubeCluster) {
    String key = SEEN_PREFIX + kubeCluster + "/" + agent.hostId();
    if (backend.create(key, WireJson.write(Map.of("host_id", agent.hostId())), null).isPresent()) {
      audit.emit(
          AuditEvent.of(AuditEvent.Type.KUBE_AGENT_FIRST_SEEN)
              .with("server_id", agent.hostId())
              .with("kubernetes_cluster", kubeCluster)
              .build());
    }
  }

  private static String key(String kubeCluster, String hostId) {
    return PREFIX + kubeCluster + "/" + hostId;
  }
}

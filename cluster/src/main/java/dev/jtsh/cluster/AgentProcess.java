// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import dev.jtsh.cluster.agent.AgentConfig;
import dev.jtsh.cluster.agent.AgentIdentity;
import dev.jtsh.cluster.agent.AuthLink;
import dev.jtsh.cluster.agent.Joining;
import dev.jtsh.cluster.agent.RemoteAccess;
import dev.jtsh.cluster.agent.RemoteAuditSink;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.audit.FileAuditSink;
import dev.jtsh.cluster.command.AgentStarter;
import dev.jtsh.cluster.command.Outside;
import dev.jtsh.cluster.config.KubeSource;
import dev.jtsh.cluster.kube.KubeAgent;
import dev.jtsh.cluster.kube.KubeAgentConfig;
import dev.jtsh.cluster.kube.KubeAgentParts;
import dev.jtsh.cluster.kube.KubernetesTarget;
import dev.jtsh.pki.HostIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A kube agent on a host of its own: identity, line to auth, tunnels. */
final class AgentProcess implements AgentStarter.Running {
  private static final int CONNECTIONS = 2;
  private static final Duration READY_TIME_MAX = Duration.ofSeconds(30);

  private final ClosingStack parts;
  private final HostIdentity host;
  private final boolean ready;

  private AgentProcess(ClosingStack parts, HostIdentity host, boolean ready) {
    this.parts = parts;
    this.host = host;
    this.ready = ready;
  }

  /** Joins if that has not been done, and wires all parts. */
  static AgentProcess start(AgentConfig config, Outside outside) throws IOException {
    ClosingStack parts = new ClosingStack();
    try {
      return start(config, outside, parts);
    } catch (IOException | RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private static AgentProcess start(AgentConfig config, Outside outside, ClosingStack parts)
      throws IOException {
    Path data = parts.add(DataDirectory.take(config.dataDirectory())).path();
    Map<String, KubernetesTarget> targets = new TreeMap<>();
    for (KubeSource source : config.kubernetes()) {
      targets.put(source.name().value(), ClusterProcess.target(source));
    }
    Optional<AgentIdentity> known = AgentIdentity.load(data);
    AgentIdentity identity =
        parts.add(known.isPresent() ? known.get() : Joining.join(config, outside.clock()));
    HostIdentity host = identity.host();
    List<String> foreign =
        targets.keySet().stream().filter(name -> !host.kubeClusters().contains(name)).toList();
    if (!foreign.isEmpty()) {
      throw new IOException(
          "this agent joined for %s, not for %s: a token that names it, and an empty data directory"
              .formatted(String.join(", ", host.kubeClusters()), String.join(", ", foreign)));
    }
    RemoteAccess access = new RemoteAccess(outside.clock());
    AuthLink auth =
        parts.add(
            AuthLink.start(
                identity, config.proxy(), config.kubernetes(), access::take, outside.clock()));
    AuditLog audit =
        parts.add(
            new AuditLog(
                host.cluster(),
                outside.clock(),
                List.of(
                    FileAuditSink.open(data.resolve("audit.log")),
                    new RemoteAuditSink(auth::emit))));
    KubeAgent agent =
        parts.add(
            KubeAgent.start(
                new KubeAgentConfig(
                    host.cluster(),
                    InetSocketAddress.createUnresolved(
                        config.proxy().host(), config.proxy().port()),
                    CONNECTIONS,
                    targets),
                new KubeAgentParts(
                    identity,
                    identity.hosts(),
                    identity.users(),
                    access,
                    audit,
                    outside.clock(),
                    outside.random())));
    return new AgentProcess(parts, host, isReady(agent, auth));
  }

  /** The cluster may be away for long; an agent waits for it, and says so. */
  private static boolean isReady(KubeAgent agent, AuthLink auth) {
    try {
      agent.connected().toCompletableFuture().get(READY_TIME_MAX.toSeconds(), TimeUnit.SECONDS);
      return auth.awaitAnnounced(READY_TIME_MAX);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody completes it with a failure", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public HostIdentity host() {
    return host;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public void close() {
    parts.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import dev.jtsh.cluster.auth.Auth;
import dev.jtsh.cluster.auth.KubePresence;
import dev.jtsh.cluster.config.KubeSource;
import dev.jtsh.pki.HostIdentity;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells auth that the kube agent of this process is alive, until it is closed. */
final class AgentPresence implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(AgentPresence.class);

  /** Two may be lost before the agent counts as gone. */
  private static final Duration PERIOD = KubePresence.LIFE.dividedBy(3);

  private static final String HOSTNAME = "in-process";

  private final Auth auth;
  private final HostIdentity agent;
  private final List<KubeSource> sources;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("agent-presence").factory());

  private AgentPresence(Auth auth, HostIdentity agent, List<KubeSource> sources) {
    this.auth = auth;
    this.agent = agent;
    this.sources = sources;
  }

  /** Says so now and again and again. */
  static AgentPresence start(Auth auth, HostIdentity agent, List<KubeSource> sources) {
    AgentPresence presence = new AgentPresence(auth, agent, sources);
    presence.beat();
    presence.timer.scheduleAtFixedRate(
        presence::beat, PERIOD.toSeconds(), PERIOD.toSeconds(), TimeUnit.SECONDS);
    return presence;
  }

  private void beat() {
    for (KubeSource source : sources) {
      try {
        var outcome =
            auth.presence().heartbeat(agent, source.name().value(), source.labels(), HOSTNAME);
        if (outcome instanceof KubePresence.Outcome.Refused(String reason)) {
          logger.warn("kube cluster {} is not announced: {}", source.name(), reason);
        }
      } catch (RuntimeException e) { // The timer would stop for good.
        logger.warn("kube cluster {} could not be announced", source.name(), e);
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    sources.forEach(source -> auth.presence().goodbye(agent, source.name().value()));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.cluster.http.CallerSide;
import dev.jtsh.cluster.http.Exchange;
import dev.jtsh.cluster.http.Http2ServerStreamCodec;
import dev.jtsh.cluster.http.OneByOne;
import dev.jtsh.cluster.net.Transport;
import dev.jtsh.cluster.tunnel.TunnelDialer;
import dev.jtsh.pki.HostIdentity;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A running kube agent: its tunnels to the proxy and its connections to API servers. No port is
 * opened.
 */
public final class KubeAgent implements AutoCloseable {
  private final Transport transport;
  private final Map<String, KubernetesApi> apis;
  private final TunnelDialer dialer;
  private final ExecutorService blocking;

  private KubeAgent(
      Transport transport,
      Map<String, KubernetesApi> apis,
      TunnelDialer dialer,
      ExecutorService blocking) {
    this.transport = transport;
    this.apis = apis;
    this.dialer = dialer;
    this.blocking = blocking;
  }

  /** Starts dialling the proxy; returns at once, and keeps trying while the proxy is away. */
  public static KubeAgent start(KubeAgentConfig config, KubeAgentParts parts) {
    Transport transport = Transport.named("kube-agent");
    ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
    Map<String, KubernetesApi> apis = new TreeMap<>();
    config
        .kubeClusters()
        .forEach((name, target) -> apis.put(name, new KubernetesApi(transport, target)));
    String serverId = HostIdentity.of(parts.host().get().leaf()).hostId();
    KubeAudit audit = new KubeAudit(parts.audit(), serverId);
    KubeAgentRouter router = new KubeAgentRouter(config, parts, apis, audit, blocking);
    TunnelDialer dialer =
        TunnelDialer.start(
            transport,
            config.clusterName(),
            config.connections(),
            config.proxy(),
            parts.host(),
            parts.hostAnchors(),
            stream ->
                stream
                    .addLast(new Http2ServerStreamCodec())
                    .addLast(new OneByOne())
                    .addLast(new Exchange(CallerSide.TUNNEL, router, KubeAnswers::agentFault)),
            parts.random());
    return new KubeAgent(transport, apis, dialer, blocking);
  }

  /** Completes when the first tunnel stands. */
  public CompletionStage<Void> connected() {
    return dialer.connected();
  }

  /** Ends the tunnels, every request on them, and the connections to the API servers. */
  @Override
  public void close() {
    dialer.close();
    apis.values().forEach(KubernetesApi::close);
    transport.close();
    blocking.shutdownNow();
  }
}

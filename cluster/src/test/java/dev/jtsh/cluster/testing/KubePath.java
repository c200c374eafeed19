// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.audit.AuditSink;
import dev.jtsh.cluster.kube.KubeAgent;
import dev.jtsh.cluster.kube.KubeAgentConfig;
import dev.jtsh.cluster.kube.KubeAgentParts;
import dev.jtsh.cluster.net.CallerAddresses;
import dev.jtsh.cluster.proxy.ProxyConfig;
import dev.jtsh.cluster.proxy.ProxyLimits;
import dev.jtsh.cluster.proxy.ProxyParts;
import dev.jtsh.cluster.proxy.ProxyServer;
import dev.jtsh.cluster.proxy.WebCertificate;
import dev.jtsh.cluster.proxy.WebResponse;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.tests.fixtures.TestPki;
import io.netty.channel.local.LocalAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The whole way of a kube request in one process: proxy, tunnel, agent, fake Kubernetes. */
public final class KubePath implements AutoCloseable {
  public static final String SERVER_NAME = "kube-teleport-proxy-alpn.teleport.cluster.local";
  private static final Duration WAIT_MAX = Duration.ofSeconds(15);

  public final TestAuthorities authorities = new TestAuthorities();
  public final TestPki webPki = new TestPki();
  public final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
  public final Map<String, Role> roles = new ConcurrentHashMap<>();
  public final Map<String, Lock> locks = new ConcurrentHashMap<>();
  public final FakeKubernetes kubernetes;
  public final ProxyServer proxy;
  public final AuditLog audit;
  private final AuditSink sink =
      (time, uid, json) -> events.add(new String(json, StandardCharsets.UTF_8));
  public final AccessView access =
      new AccessView() {
        @Override
        public Optional<Role> role(String name) {
          return Optional.ofNullable(roles.get(name));
        }

        @Override
        public List<Lock> locks() {
          return List.copyOf(locks.values());
        }

        @Override
        public List<KubeClusterRecord> kubeClusters() {
          return List.of(
              new KubeClusterRecord("kube1", Map.of("env", "test")),
              new KubeClusterRecord("kube2", Map.of("env", "prod")));
        }
      };
  private KubeAgent agent;

  public KubePath(String... kubernetesAlpn) throws Exception {
    kubernetes = new FakeKubernetes(kubernetesAlpn);
    audit = new AuditLog(TestAuthorities.CLUSTER, InstantSource.system(), List.of(sink));
    roles.put(
        "dev",
        Role.named("dev")
            .withKubernetes(List.of("kube-dev"), List.of("devs"), Map.of("env", List.of("test"))));
    proxy =
        ProxyServer.start(
            new ProxyConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TestAuthorities.CLUSTER,
                ProxyLimits.DEFAULT),
            new ProxyParts(
                always(authorities.proxy()),
                authorities.users(),
                authorities.hosts(),
                WebCertificate.of(webPki.server()),
                request -> CompletableFuture.completedFuture(WebResponse.text(200, "web")),
                new LocalAddress(KubePath.class),
                new CallerAddresses(),
                access,
                audit,
                InstantSource.system()));
    agent = startAgent(authorities.agent("kube1"), proxy.inProcessAddress(), "kube1");
    awaitCluster("kube1", true);
  }

  /** One and the same identity each time it is asked for. */
  public static Supplier<TlsIdentity> always(TlsIdentity identity) {
    return () -> identity;
  }

  public KubeAgent startAgent(TlsIdentity host, SocketAddress to, String... clusters) {
    Map<String, dev.jtsh.cluster.kube.KubernetesTarget> targets = new ConcurrentHashMap<>();
    for (String cluster : clusters) {
      targets.put(cluster, kubernetes.target());
    }
    return KubeAgent.start(
        new KubeAgentConfig(TestAuthorities.CLUSTER, to, 2, targets),
        new KubeAgentParts(
            always(host),
            authorities.hosts(),
            authorities.users(),
            access,
            audit,
            InstantSource.system(),
            new SecureRandom()));
  }

  public void stopAgent() {
    agent.close();
  }

  public void restartAgent(SocketAddress to) {
    agent = startAgent(authorities.agent("kube1"), to, "kube1");
  }

  public void awaitCluster(String name, boolean there) throws InterruptedException {
    long end = System.nanoTime() + WAIT_MAX.toNanos();
    while (proxy.liveKubeClusters().contains(name) != there) {
      if (System.nanoTime() > end) {
        throw new AssertionError("kube cluster " + name + " did not " + (there ? "come" : "go"));
      }
      Thread.sleep(10);
    }
  }

  public TlsIdentity dev() {
    return authorities.user(TestAuthorities.kubeUser("alice", "kube1", "dev").build());
  }

  public TlsIdentity user(UserIdentity.Builder identity) {
    return authorities.user(identity.build());
  }

  public TlsPeer http1(@Nullable TlsIdentity identity) throws Exception {
    return TlsPeer.connect(proxy.address(), SERVER_NAME, identity, authorities.hosts(), "http/1.1");
  }

  /** One GET over a connection of its own, the whole answer. */
  public String get(@Nullable TlsIdentity identity, String path, String... headers)
      throws Exception {
    try (TlsPeer peer = http1(identity)) {
      peer.send(
          "GET "
              + path
              + " HTTP/1.1\r\nHost: k\r\n"
              + String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList())
              + "\r\n");
      return peer.readAnswer();
    }
  }

  @Override
  public void close() {
    agent.close();
    proxy.close();
    kubernetes.close();
    audit.close();
    authorities.close();
    webPki.close();
  }
}

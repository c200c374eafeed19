// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import dev.jtsh.cluster.admin.AdminServer;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.audit.FileAuditSink;
import dev.jtsh.cluster.auth.Auth;
import dev.jtsh.cluster.auth.AuthGrpcServer;
import dev.jtsh.cluster.auth.AuthSettings;
import dev.jtsh.cluster.auth.BackendAuditSink;
import dev.jtsh.cluster.auth.RenewedIdentity;
import dev.jtsh.cluster.command.ClusterStarter;
import dev.jtsh.cluster.command.Outside;
import dev.jtsh.cluster.config.CertificateFiles;
import dev.jtsh.cluster.config.ClusterConfig;
import dev.jtsh.cluster.config.KubeSource;
import dev.jtsh.cluster.kube.KubeAgent;
import dev.jtsh.cluster.kube.KubeAgentConfig;
import dev.jtsh.cluster.kube.KubeAgentParts;
import dev.jtsh.cluster.kube.Kubeconfig;
import dev.jtsh.cluster.kube.KubernetesTarget;
import dev.jtsh.cluster.net.CallerAddresses;
import dev.jtsh.cluster.proxy.ProxyConfig;
import dev.jtsh.cluster.proxy.ProxyLimits;
import dev.jtsh.cluster.proxy.ProxyParts;
import dev.jtsh.cluster.proxy.ProxyServer;
import dev.jtsh.cluster.proxy.WebApplication;
import dev.jtsh.cluster.proxy.WebCertificate;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.cluster.storage.SqliteBackend;
import dev.jtsh.cluster.web.WebApi;
import dev.jtsh.cluster.web.page.AccountPages;
import dev.jtsh.cluster.web.page.ApprovalPage;
import dev.jtsh.cluster.web.page.SsoPage;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.text.FileFailure;
import io.netty.channel.local.LocalAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** A whole cluster in one process: storage, audit, auth, proxy, kube agents, command socket. */
final class ClusterProcess implements ClusterStarter.Running {
  private static final int AGENT_CONNECTIONS = 2;
  private static final Duration TUNNEL_TIME_MAX = Duration.ofSeconds(20);
  private static final Duration TUNNEL_POLL = Duration.ofMillis(20);

  private final ClosingStack parts;
  private final ClusterConfig config;
  private final String webTrust;

  private ClusterProcess(ClosingStack parts, ClusterConfig config, String webTrust) {
    this.parts = parts;
    this.config = config;
    this.webTrust = webTrust;
  }

  /** Wires all parts; what was started is closed again if a later one fails. */
  static ClusterProcess start(ClusterConfig wanted, Outside outside) throws IOException {
    ClosingStack parts = new ClosingStack();
    try {
      return start(wanted, outside, parts);
    } catch (IOException | RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private static ClusterProcess start(ClusterConfig wanted, Outside outside, ClosingStack parts)
      throws IOException {
    DataDirectory directory = parts.add(DataDirectory.take(wanted.dataDirectory()));
    directory.belongTo(wanted.clusterName());
    Path data = directory.path();
    Backend backend = parts.add(SqliteBackend.open(data.resolve("storage.db"), outside.clock()));
    AuditLog audit =
        parts.add(
            new AuditLog(
                wanted.clusterName(),
                outside.clock(),
                List.of(FileAuditSink.open(wanted.auditFile()), new BackendAuditSink(backend))));
    // The port is known only when the proxy listens, and the proxy needs auth before.
    AtomicReference<ClusterConfig> config = new AtomicReference<>(wanted);
    Auth auth =
        parts.add(
            Auth.open(
                settings(wanted),
                () -> config.get().publicAddress().toString(),
                backend,
                data,
                audit,
                outside.clock(),
                outside.random()));
    CallerAddresses callers = new CallerAddresses();
    LocalAddress authAddress = new LocalAddress("jtsh-auth-" + UUID.randomUUID());
    parts.add(AuthGrpcServer.start(auth, authAddress, callers));
    ExecutorService executor =
        parts.add(Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("web-", 0).factory()));
    RenewedIdentity host = parts.add(auth.hosts().proxy(wanted.publicAddress().host()));
    ProxyServer proxy =
        parts.add(
            ProxyServer.start(
                new ProxyConfig(
                    new InetSocketAddress(wanted.listen().host(), wanted.listen().port()),
                    wanted.clusterName(),
                    ProxyLimits.DEFAULT),
                new ProxyParts(
                    host,
                    auth.userAnchors(),
                    auth.hostAnchors(),
                    webCertificate(wanted, data, outside, parts),
                    web(auth, executor),
                    authAddress,
                    callers,
                    auth.access(),
                    audit,
                    outside.clock())));
    ClusterConfig bound = wanted.withPort(proxy.address().getPort());
    config.set(bound);
    if (!wanted.kubernetes().isEmpty()) {
      startAgent(wanted, outside, auth, audit, proxy, parts);
    }
    String webTrust = webTrust(bound, data);
    parts.add(AdminServer.start(data, new AuthOperations(auth, bound, webTrust, outside.clock())));
    return new ClusterProcess(parts, bound, webTrust);
  }

  private static WebApplication web(Auth auth, ExecutorService executor) {
    WebApplication page = new ApprovalPage(auth, new WebApi(auth, executor), executor);
    return new AccountPages(auth, new SsoPage(auth, page, executor));
  }

  /** The same agent as on its own host, but it dials the proxy inside this process. */
  private static void startAgent(
      ClusterConfig config,
      Outside outside,
      Auth auth,
      AuditLog audit,
      ProxyServer proxy,
      ClosingStack parts)
      throws IOException {
    Map<String, KubernetesTarget> targets = new TreeMap<>();
    for (KubeSource source : config.kubernetes()) {
      targets.put(source.name().value(), target(source));
    }
    RenewedIdentity host = parts.add(auth.hosts().kubeAgent(List.copyOf(targets.keySet())));
    parts.add(
        KubeAgent.start(
            new KubeAgentConfig(
                config.clusterName(), proxy.inProcessAddress(), AGENT_CONNECTIONS, targets),
            new KubeAgentParts(
                host,
                auth.hostAnchors(),
                auth.userAnchors(),
                auth.access(),
                audit,
                outside.clock(),
                outside.random())));
    awaitTunnel(proxy, targets.keySet());
    parts.add(AgentPresence.start(auth, HostIdentity.of(host.get().leaf()), config.kubernetes()));
  }

  static KubernetesTarget target(KubeSource source) throws IOException {
    if (Files.isDirectory(source.kubeconfig())) {
      throw new IOException(
          "kube cluster %s: its kubeconfig %s is a directory"
              .formatted(source.name(), source.kubeconfig()));
    }
    try {
      return Kubeconfig.read(source.kubeconfig(), source.context());
    } catch (FileSystemException e) {
      throw new IOException(
          "kube cluster %s: its kubeconfig %s".formatted(source.name(), FileFailure.of(e)), e);
    }
  }

  /** Ready means that kubectl works now, so the tunnel must stand. */
  private static void awaitTunnel(ProxyServer proxy, Set<String> kubeClusters) throws IOException {
    long end = System.nanoTime() + TUNNEL_TIME_MAX.toNanos();
    while (!proxy.liveKubeClusters().containsAll(kubeClusters)) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("the kube agent of this process cannot reach its own proxy");
      }
      LockSupport.parkNanos(TUNNEL_POLL.toNanos());
    }
  }

  private static AuthSettings settings(ClusterConfig config) {
    AuthSettings settings =
        AuthSettings.defaults(config.clusterName(), config.publicAddress().host());
    return settings
        .withSso(config.sso())
        .withApprovalChecks(config.approvalChecks())
        .withAccounts(config.accounts())
        .withDefaultSessionTtl(config.defaultSessionTtl())
        .withMfaVerificationInterval(config.mfaVerificationInterval())
        .withHeadless(
            config.headless(),
            switch (config.approval()) {
              case STRICT -> AuthSettings.HeadlessApproval.STRICT;
              case COMPATIBLE -> AuthSettings.HeadlessApproval.COMPATIBLE;
            },
            settings.headlessLimits());
  }

  private static WebCertificate webCertificate(
      ClusterConfig config, Path data, Outside outside, ClosingStack parts) throws IOException {
    if (config.webCertificate().isPresent()) {
      CertificateFiles files = config.webCertificate().get();
      return parts.add(WebCertificate.files(files.certificate(), files.key()));
    }
    try (WebAuthority authority =
        WebAuthority.open(data, config.clusterName(), outside.clock(), outside.random())) {
      TlsIdentity identity = authority.identity(config.publicAddress().host());
      parts.add(identity.key());
      return parts.add(WebCertificate.of(identity));
    }
  }

  private static String webTrust(ClusterConfig config, Path data) {
    return config
        .webCertificate()
        .map(files -> "its web certificate is " + files.certificate())
        .orElse(
            "its web certificate is our own: trust it with --ca-file "
                + data.resolve(WebAuthority.CERTIFICATE_FILE));
  }

  @Override
  public ClusterConfig config() {
    return config;
  }

  @Override
  public String webTrust() {
    return webTrust;
  }

  @Override
  public void close() {
    parts.close();
  }
}

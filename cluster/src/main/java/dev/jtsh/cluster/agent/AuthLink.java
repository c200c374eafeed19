// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.AccessSnapshotJson;
import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.cluster.config.KubeSource;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.FollowingContext;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.grpc.agent.AccessSnapshot;
import dev.jtsh.protocol.grpc.agent.AgentServiceGrpc;
import dev.jtsh.protocol.grpc.agent.AgentServiceGrpc.AgentServiceBlockingStub;
import dev.jtsh.protocol.grpc.agent.AuditLine;
import dev.jtsh.protocol.grpc.agent.EmitAuditRequest;
import dev.jtsh.protocol.grpc.agent.GoodbyeRequest;
import dev.jtsh.protocol.grpc.agent.HeartbeatRequest;
import dev.jtsh.protocol.grpc.agent.RenewRequest;
import dev.jtsh.protocol.grpc.agent.WatchAccessRequest;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.net.ServiceNames;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's line to auth through the proxy's port: it follows roles and locks, says that it is
 * alive, hands over audit events and renews its certificate. Each keeps trying while auth is away.
 */
public final class AuthLink implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(AuthLink.class);
  private static final Duration CALL_TIME_MAX = Duration.ofSeconds(15);
  private static final Duration HEARTBEAT_PERIOD = Duration.ofMinutes(3);
  private static final Duration AGAIN = Duration.ofSeconds(2);
  private static final Duration RENEWAL_CHECK = Duration.ofMinutes(1);

  /** Auth sends a view every ten seconds: without any for so long, the line is dead. */
  private static final Duration VIEW_TIME_MAX = Duration.ofSeconds(60);

  /** A thread of a closed link only ends the step it is in; what it writes is small. */
  private static final Duration END_TIME_MAX = Duration.ofSeconds(10);

  private static final int MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

  private final AgentIdentity identity;
  private final List<KubeSource> sources;
  private final Consumer<AccessSnapshotJson> views;
  private final InstantSource clock;
  private final ManagedChannel channel;
  private final CountDownLatch announced = new CountDownLatch(1);
  private final List<Thread> threads;
  private volatile boolean closed;

  private AuthLink(
      AgentIdentity identity,
      HostPort proxy,
      List<KubeSource> sources,
      Consumer<AccessSnapshotJson> views,
      InstantSource clock) {
    this.identity = identity;
    this.sources = sources;
    this.views = views;
    this.clock = clock;
    String cluster = identity.host().cluster();
    this.channel =
        NettyChannelBuilder.forAddress(proxy.host(), proxy.port())
            .sslContext(
                new FollowingContext(
                    identity,
                    own ->
                        TlsContexts.client(
                            own, identity.hosts(), ServiceNames.authAlpnList(cluster))))
            .negotiationType(NegotiationType.TLS)
            .overrideAuthority(ServiceNames.authServerName(cluster))
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .keepAliveTime(VIEW_TIME_MAX.toSeconds(), TimeUnit.SECONDS)
            .proxyDetector(target -> null)
            .build();
    this.threads =
        List.of(
            Thread.ofVirtual().name("agent-views").unstarted(this::follow),
            Thread.ofVirtual().name("agent-heartbeat").unstarted(this::beat),
            Thread.ofVirtual().name("agent-renewal").unstarted(this::renewInTime));
  }

  /** Starts all of it. */
  public static AuthLink start(
      AgentIdentity identity,
      HostPort proxy,
      List<KubeSource> sources,
      Consumer<AccessSnapshotJson> views,
      InstantSource clock) {
    AuthLink link = new AuthLink(identity, proxy, sources, views, clock);
    link.threads.forEach(Thread::start);
    return link;
  }

  private AgentServiceBlockingStub calls() {
    return AgentServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_TIME_MAX.toSeconds(), TimeUnit.SECONDS);
  }

  /** Waits until auth has counted the agent once; false when it took longer. */
  public boolean awaitAnnounced(Duration longest) throws InterruptedException {
    return announced.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void follow() {
    while (!closed) {
      try (Context.CancellableContext context = Context.current().withCancellation()) {
        Context before = context.attach();
        try {
          Iterator<AccessSnapshot> snapshots =
              AgentServiceGrpc.newBlockingStub(channel)
                  .watchAccess(WatchAccessRequest.getDefaultInstance());
          while (!closed && snapshots.hasNext()) {
            views.accept(
                WireJson.read(snapshots.next().getView().toByteArray(), AccessSnapshotJson.class));
          }
        } finally {
          context.detach(before);
        }
      } catch (RuntimeException e) {
        told("roles and locks cannot be followed", e);
      }
      pause(AGAIN);
    }
  }

  private void beat() {
    while (!closed) {
      boolean all = true;
      for (KubeSource source : sources) {
        all &= beat(source);
      }
      if (all) {
        announced.countDown();
      }
      pause(all ? HEARTBEAT_PERIOD : AGAIN);
    }
  }

  private boolean beat(KubeSource source) {
    try {
      calls()
          .heartbeat(
              HeartbeatRequest.newBuilder()
                  .setKubeCluster(source.name().value())
                  .putAllLabels(source.labels())
                  .setHostname(hostname())
                  .build());
      return true;
    } catch (StatusRuntimeException e) {
      told("kube cluster " + source.name() + " is not announced", e);
      return false;
    }
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private void renewInTime() {
    while (!closed) {
      if (!clock.instant().isBefore(identity.renewAt())) {
        try {
          renew();
        } catch (RuntimeException | IOException e) {
          told("the agent's certificate cannot be renewed", e);
        }
      }
      pause(RENEWAL_CHECK);
    }
  }

  /** Takes a new certificate for a new key; tunnels use it from their next dialling on. */
  void renew() throws IOException {
    HeldKey key = HeldKey.generate(KeyKind.P256);
    try {
      byte[] pem =
          calls()
              .renew(RenewRequest.newBuilder().setPublicKey(pem(key)).build())
              .getCertificate()
              .toByteArray();
      TlsIdentity next = TlsIdentity.of(key, Pem.certificate(pem));
      HostIdentity host = HostIdentity.of(next.leaf());
      if (!host.hostId().equals(identity.host().hostId())) {
        throw new PkiException("the renewed certificate is another host's");
      }
      identity.renewed(next);
      logger.info("the agent's certificate was renewed, until {}", next.leaf().getNotAfter());
    } catch (IOException | RuntimeException e) {
      key.close();
      throw e;
    }
  }

  private static ByteString pem(HeldKey key) {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.publicKey().getEncoded());
    return ByteString.copyFrom(
        "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n",
        StandardCharsets.US_ASCII);
  }

  /** Hands audit events over; throws when auth did not take them. */
  public void emit(List<AuditLine> lines) {
    try {
      var ignored = calls().emitAudit(EmitAuditRequest.newBuilder().addAllLines(lines).build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.INVALID_ARGUMENT) {
        throw e;
      }
      // Asking again would not help; the agent's own file has them.
      logger.error("auth does not take {} audit events: {}", lines.size(), e.getMessage());
    }
  }

  private void told(String what, Exception e) {
    if (!closed) {
      logger.warn("{}: {}", what, e.getMessage());
    }
  }

  private void pause(Duration length) {
    try {
      Thread.sleep(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  /** Says goodbye, if auth is there, and ends. No view is handed over once this has returned. */
  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    for (KubeSource source : sources) {
      try {
        var ignored =
            calls()
                .withDeadlineAfter(AGAIN.toSeconds(), TimeUnit.SECONDS)
                .goodbye(GoodbyeRequest.newBuilder().setKubeCluster(source.name().value()).build());
      } catch (StatusRuntimeException e) {
        logger.debug("no goodbye for {}", source.name(), e);
        break;
      }
    }
    channel.shutdownNow();
    threads.forEach(AuthLink::awaitEnd);
  }

  private static void awaitEnd(Thread thread) {
    try {
      if (!thread.join(END_TIME_MAX)) {
        logger.warn("{} did not end in {} s", thread.getName(), END_TIME_MAX.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

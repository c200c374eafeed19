// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import dev.jtsh.cluster.http.HeaderRules;
import dev.jtsh.cluster.http.OwnAnswer;
import dev.jtsh.cluster.http.Ruling;
import dev.jtsh.cluster.http.TunnelHeaders;
import dev.jtsh.cluster.http.UpgradeProtocol;
import dev.jtsh.cluster.kube.KubeAnswers;
import dev.jtsh.cluster.kube.UserCheck;
import dev.jtsh.cluster.tunnel.TunnelRegistry;
import dev.jtsh.cluster.tunnel.TunnelUpstream;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.kube.BadKubeRequestException;
import dev.jtsh.protocol.kube.KubeRequest;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.kube.UpgradeTargets;
import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.ErrorBody;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rules on the requests of one connection to the kube front. */
final class KubeFrontRouter implements Ruling.Router {
  private static final Logger logger = LoggerFactory.getLogger(KubeFrontRouter.class);
  private static final String FORBIDDEN_PREFIX = "teleport-impersonate-";
  private static final String WISH_PREFIX = "impersonate-";
  private static final int FORBIDDEN = 403;

  private final String clusterName;
  private final List<X509Certificate> chain;
  private final @Nullable UserIdentity user;
  private final String encodedLeaf;
  private final @Nullable InetSocketAddress remote;
  private final TunnelRegistry registry;
  private final RequestCounter counter;
  private final UserCheck check;
  private final InstantSource clock;

  KubeFrontRouter(
      UserCheck check,
      String clusterName,
      List<X509Certificate> chain,
      @Nullable InetSocketAddress remote,
      TunnelRegistry registry,
      RequestCounter counter,
      InstantSource clock) {
    this.clusterName = clusterName;
    this.chain = chain;
    this.user = chain.isEmpty() ? null : identity(chain.getFirst());
    this.encodedLeaf = chain.isEmpty() ? "" : encoded(chain.getFirst());
    this.remote = remote;
    this.registry = registry;
    this.counter = counter;
    this.check = check;
    this.clock = clock;
  }

  private static @Nullable UserIdentity identity(X509Certificate leaf) {
    try {
      return UserIdentity.of(leaf);
    } catch (PkiException e) {
      logger.debug("a certificate of the user CA is no user's", e);
      return null;
    }
  }

  private static String encoded(X509Certificate leaf) {
    try {
      return Base64.getEncoder().encodeToString(leaf.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new PkiException("a certificate that came encoded has no encoding", e);
    }
  }

  @Override
  public CompletionStage<Ruling> rule(HttpRequest request, Optional<UpgradeProtocol> upgrade) {
    return CompletableFuture.completedFuture(decide(request, upgrade));
  }

  private Ruling decide(HttpRequest request, Optional<UpgradeProtocol> upgrade) {
    for (var header : request.headers()) {
      if (header.getKey().toLowerCase(Locale.ROOT).startsWith(FORBIDDEN_PREFIX)) {
        var text = new ErrorBody.Message("Credentials forwarding is only permitted for Proxy");
        return new OwnAnswer(
            FORBIDDEN, KubeStatus.CONTENT_TYPE, WireJson.write(new ErrorBody(text, null)));
      }
    }
    Optional<KubeStatus> refusal = refusal();
    if (refusal.isPresent() || user == null) {
      return KubeAnswers.refusal(refusal.orElse(KubeAnswers.denied()), request.uri());
    }
    try {
      KubeRequest kube = KubeRequest.parse(request.method().name(), request.uri());
      if (upgrade.isPresent() && !UpgradeTargets.mayUpgrade(kube)) {
        return KubeAnswers.status(
            KubeStatus.badRequest(SafeText.literal("this request cannot be upgraded")));
      }
    } catch (BadKubeRequestException e) {
      return KubeAnswers.status(KubeStatus.badRequest(SafeText.of(String.valueOf(e.getMessage()))));
    }
    return forward(request, upgrade, user);
  }

  /** Whether what this connection carries must be cut off now. */
  boolean mustEnd() {
    return user != null && check.mustEnd(chain.getFirst(), user, clock.instant());
  }

  /** Whose connection it is; empty for nobody's. */
  String username() {
    return user == null ? "" : user.username();
  }

  private Optional<KubeStatus> refusal() {
    if (user == null) {
      return Optional.of(KubeAnswers.denied());
    }
    InetAddress observed = remote == null ? null : remote.getAddress();
    return check.refusal(chain.getFirst(), user, observed, clock.instant());
  }

  private Ruling forward(HttpRequest request, Optional<UpgradeProtocol> upgrade, UserIdentity by) {
    String kubeCluster = by.kubernetesCluster().orElse("");
    if (!registry.serves(kubeCluster)) {
      return KubeAnswers.refusal(KubeAnswers.notServed(kubeCluster, clusterName), request.uri());
    }
    Optional<TunnelUpstream> upstream = registry.upstream(kubeCluster, upgrade.isPresent());
    if (upstream.isEmpty() || !counter.enter(by.username())) {
      return KubeAnswers.status(
          new KubeStatus(429, "TooManyRequests", SafeText.literal("too many requests at once")));
    }
    return new Ruling.Forward(outgoing(request, upgrade), upstream.get(), leaving(by.username()));
  }

  private Ruling.Observer leaving(String name) {
    return new Ruling.Observer() {
      @Override
      public void answered(int status) {}

      @Override
      public void ended() {
        counter.leave(name);
      }
    };
  }

  /** Built from nothing: what is not put here does not reach the agent (security rule 4). */
  private HttpRequest outgoing(HttpRequest request, Optional<UpgradeProtocol> upgrade) {
    HttpHeaders headers = HeaderRules.requestHeaders(request.headers(), upgrade.isPresent());
    headers.set(HttpHeaderNames.HOST, ServiceNames.INTERNAL_DOMAIN);
    headers.set(TunnelHeaders.USER_CERTIFICATE, encodedLeaf);
    if (remote != null) {
      String address = remote.getAddress().getHostAddress();
      headers.set(TunnelHeaders.CALLER_ADDRESS, address + ":" + remote.getPort());
    }
    for (var header : request.headers()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.startsWith(WISH_PREFIX)) {
        headers.add(
            TunnelHeaders.WISH, name.substring(WISH_PREFIX.length()) + "=" + header.getValue());
      }
    }
    if (upgrade.isEmpty()) {
      return new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), request.uri(), headers);
    }
    headers.set(TunnelHeaders.UPGRADE, upgrade.get().token());
    headers.set(TunnelHeaders.METHOD, request.method().name());
    headers.set(TunnelHeaders.PATH, request.uri());
    return new DefaultHttpRequest(
        HttpVersion.HTTP_1_1, HttpMethod.CONNECT, ServiceNames.INTERNAL_DOMAIN, headers);
  }
}

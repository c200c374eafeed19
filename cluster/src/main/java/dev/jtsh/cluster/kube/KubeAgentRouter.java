// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.cluster.http.HeaderRules;
import dev.jtsh.cluster.http.OwnAnswer;
import dev.jtsh.cluster.http.Ruling;
import dev.jtsh.cluster.http.TunnelHeaders;
import dev.jtsh.cluster.http.UpgradeProtocol;
import dev.jtsh.cluster.tunnel.Registration;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.kube.BadKubeRequestException;
import dev.jtsh.protocol.kube.KubeRequest;
import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.kube.NamespaceScope;
import dev.jtsh.protocol.kube.UpgradeTargets;
import dev.jtsh.protocol.text.SafeText;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules on each request that comes through a tunnel: whose certificate is it, may that user, as
 * whom, and with which headers does it go to the API server.
 */
final class KubeAgentRouter implements Ruling.Router {
  private static final Logger logger = LoggerFactory.getLogger(KubeAgentRouter.class);
  private static final int JSON_OK = 200;

  private final KubeAgentConfig config;
  private final Map<String, KubernetesApi> apis;
  private final ForwardedUser.Verifier users;
  private final UserCheck check;
  private final KubeAuthorizer authorizer;
  private final KubeAudit audit;
  private final InstantSource clock;
  private final Executor blocking;

  KubeAgentRouter(
      KubeAgentConfig config,
      KubeAgentParts parts,
      Map<String, KubernetesApi> apis,
      KubeAudit audit,
      Executor blocking) {
    this.config = config;
    this.apis = apis;
    this.users = new ForwardedUser.Verifier(parts.userAnchors());
    this.check = new UserCheck(config.clusterName(), parts.access());
    this.authorizer = new KubeAuthorizer(parts.access());
    this.audit = audit;
    this.clock = parts.clock();
    this.blocking = blocking;
  }

  /** A refusal on the way to a ruling. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient KubeStatus status;

    Refused(KubeStatus status) {
      super(status.message().toString(), null, false, false);
      this.status = status;
    }
  }

  /** One request as the caller made it. */
  private record Asked(
      HttpRequest raw, String method, String target, Optional<UpgradeProtocol> upgrade) {}

  @Override
  public CompletionStage<Ruling> rule(HttpRequest request, Optional<UpgradeProtocol> upgrade) {
    HttpHeaders headers = request.headers();
    if (request.uri().equals(Registration.PATH)
        && !headers.contains(TunnelHeaders.USER_CERTIFICATE)) {
      byte[] body = WireJson.write(new Registration(List.copyOf(config.kubeClusters().keySet())));
      return CompletableFuture.completedFuture(
          new OwnAnswer(JSON_OK, KubeStatus.CONTENT_TYPE, body));
    }
    Asked asked =
        upgrade.isEmpty()
            ? new Asked(request, request.method().name(), request.uri(), upgrade)
            : new Asked(
                request,
                headers.get(TunnelHeaders.METHOD, ""),
                headers.get(TunnelHeaders.PATH, ""),
                upgrade);
    // Roles may come from storage, and a signature takes its time: not for an event loop.
    return CompletableFuture.supplyAsync(() -> decide(asked), blocking);
  }

  private Ruling decide(Asked asked) {
    try {
      return forward(asked);
    } catch (Refused e) {
      return KubeAnswers.refusal(e.status, asked.target());
    } catch (BadKubeRequestException e) {
      return KubeAnswers.status(KubeStatus.badRequest(SafeText.of(String.valueOf(e.getMessage()))));
    }
  }

  private Ruling forward(Asked asked) throws Refused {
    Instant now = clock.instant();
    ForwardedUser user = user(asked.raw().headers(), now);
    InetAddress caller = KubeAudit.callerAddress(asked.raw().headers());
    Optional<KubeStatus> refusal = check.refusal(user.leaf(), user.identity(), caller, now);
    if (refusal.isPresent()) {
      throw new Refused(refusal.get());
    }
    String name = user.identity().kubernetesCluster().orElse("");
    KubernetesApi api = apis.get(name);
    if (api == null) {
      throw new Refused(KubeAnswers.notServed(name, config.clusterName()));
    }
    KubeRequest request = KubeRequest.parse(asked.method(), asked.target());
    checkScope(user.identity(), request);
    if (asked.upgrade().isPresent() && !UpgradeTargets.mayUpgrade(request)) {
      throw new Refused(KubeStatus.badRequest(SafeText.literal("this request cannot be upgraded")));
    }
    var decision =
        authorizer.decide(user.identity(), user.leaf().getNotAfter().toInstant(), name, now);
    KubeAuthorizer.Allowed allowed =
        switch (decision) {
          case KubeAuthorizer.Allowed yes -> yes;
          case KubeAuthorizer.Refused no -> throw new Refused(no.status());
        };
    Impersonation as =
        switch (Impersonation.choose(allowed, wishes(asked.raw().headers()))) {
          case Impersonation.Chosen chosen -> chosen.impersonation();
          case Impersonation.Denied denied -> throw new Refused(denied.status());
        };
    Ruling.Observer observer =
        audit.observer(user.identity(), name, allowed, as, request, asked.method(), asked.raw());
    HttpRequest head = outgoing(asked, request, api.target(), as);
    return new Ruling.Forward(
        head, asked.upgrade().isPresent() ? api.upgrade(as) : api.ordinary(as), observer);
  }

  private ForwardedUser user(HttpHeaders headers, Instant now) throws Refused {
    List<String> certificates = headers.getAll(TunnelHeaders.USER_CERTIFICATE);
    if (certificates.size() != 1) {
      throw new Refused(KubeAnswers.denied());
    }
    try {
      return users.verify(certificates.getFirst(), now);
    } catch (PkiException e) {
      logger.warn("a forwarded certificate is refused: {}", e.getMessage());
      throw new Refused(KubeAnswers.denied());
    }
  }

  /**
   * What was approved for some namespaces opens no other, whatever Kubernetes itself would allow.
   */
  private static void checkScope(UserIdentity user, KubeRequest request) throws Refused {
    NamespaceScope scope;
    try {
      scope = new NamespaceScope(user.kubernetesNamespaces());
    } catch (IllegalArgumentException e) {
      throw new Refused(KubeAnswers.denied());
    }
    Optional<SafeText> outside = scope.refusal(request);
    if (outside.isPresent()) {
      throw new Refused(KubeStatus.forbidden(outside.get()));
    }
  }

  private static List<Impersonation.Wish> wishes(HttpHeaders headers) {
    List<Impersonation.Wish> wishes = new ArrayList<>();
    for (String wish : headers.getAll(TunnelHeaders.WISH)) {
      int equals = wish.indexOf('=');
      if (equals < 0) {
        wishes.add(new Impersonation.Wish(Impersonation.PREFIX + wish, ""));
      } else {
        wishes.add(
            new Impersonation.Wish(
                Impersonation.PREFIX + wish.substring(0, equals), wish.substring(equals + 1)));
      }
    }
    return wishes;
  }

  /** Built from nothing: only what is put here reaches the API server (security rule 4). */
  private static HttpRequest outgoing(
      Asked asked, KubeRequest request, KubernetesTarget target, Impersonation as) {
    HttpHeaders headers =
        HeaderRules.requestHeaders(asked.raw().headers(), asked.upgrade().isPresent());
    headers.set(HttpHeaderNames.HOST, target.authority());
    headers.set(Impersonation.USER, as.user());
    headers.set(Impersonation.GROUP, as.groups());
    String token = bearer(target);
    if (token != null) {
      headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
    }
    asked
        .upgrade()
        .ifPresent(protocol -> {
          headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
          headers.set(HttpHeaderNames.UPGRADE, protocol.token());
        });
    return new DefaultHttpRequest(
        HttpVersion.HTTP_1_1, HttpMethod.valueOf(asked.method()), request.target(), headers);
  }

  private static @Nullable String bearer(KubernetesTarget target) {
    try {
      return target.bearer().orElse(null);
    } catch (IOException e) {
      throw new IllegalStateException("the agent's token file cannot be read", e);
    }
  }
}

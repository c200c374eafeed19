// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.pki.Fingerprint;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.headless.ApprovalFacts;
import dev.jtsh.protocol.kube.NamespaceScope;
import dev.jtsh.protocol.web.GrantJson;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.UserKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/**
 * Turns an approval into a grant and a login certificate of one minute that can only be used to
 * fetch what the grant holds (security rule 1).
 */
final class HeadlessGrantIssuer implements HeadlessIssuer {
  /** Life of a headless login certificate, whatever was asked (teleport-wire §2.6). */
  static final Duration LOGIN_LIFE = Duration.ofSeconds(60);

  private final AuthSettings settings;
  private final Users users;
  private final AccessView access;
  private final CertificateIssuer issuer;
  private final Grants grants;
  private final Continuations continuations;
  private final AuditLog audit;
  private final InstantSource clock;

  HeadlessGrantIssuer(
      AuthSettings settings,
      Users users,
      AccessView access,
      CertificateIssuer issuer,
      Grants grants,
      Continuations continuations,
      AuditLog audit,
      InstantSource clock) {
    this.settings = settings;
    this.users = users;
    this.access = access;
    this.issuer = issuer;
    this.grants = grants;
    this.continuations = continuations;
    this.audit = audit;
    this.clock = clock;
  }

  @Override
  public Issued issue(HeadlessRecord approved) {
    ApprovalFacts facts = approved.facts();
    HeadlessRecord.Approval approval = Objects.requireNonNull(approved.approval());
    UserRecord user =
        users
            .get(facts.user())
            .orElseThrow(() -> new WireException(ErrorKind.ACCESS_DENIED, "user is gone"));
    List<Role> roles = access.roles(user.roles());
    if (roles.isEmpty()) {
      throw new WireException(ErrorKind.ACCESS_DENIED, "user has no role");
    }
    SubmittedKeys keys = SubmittedKeys.of(new UserKeys(facts.sshPublicKey(), facts.tlsPublicKey()));
    String ip = ipOf(facts.clientAddress());
    Instant end = approval.at().plus(sessionLength(settings, roles, facts.duration()));
    var grant =
        new Grant(
            facts.id(),
            user.name(),
            Fingerprint.sha256(keys.tls()),
            facts.kubeClusters(),
            NamespaceScope.parse(facts.namespace()).namespaces(),
            end,
            earlier(
                end,
                approval
                    .at()
                    .plus(
                        KubeAccess.mfaVerificationInterval(
                            roles, settings.mfaVerificationInterval()))),
            approval.deviceId(),
            ip,
            approval.full());
    var identity =
        issuer
            .identity(user, roles, ip)
            .mfaVerified(approval.deviceId())
            .headlessRequestId(facts.id())
            .build();
    Instant notAfter = earlier(clock.instant().plus(LOGIN_LIFE), end);
    SshLoginResponse login = issuer.login(identity, keys, notAfter);
    grants.create(grant);
    continuations.remember(
        new Continuations.Session(
            facts.id(),
            user.name(),
            facts.sshPublicKey(),
            facts.tlsPublicKey(),
            facts.kubeClusters(),
            facts.namespace(),
            approval.at(),
            end,
            facts.host(),
            facts.osUser(),
            facts.clientAddress()));
    audit.emit(
        AuditEvent.of(AuditEvent.Type.LOGIN)
            .with("user", user.name())
            .with("method", "local")
            .with("success", true)
            .with("addr.remote", facts.clientAddress())
            .with("headless_id", facts.id())
            .with("grant_expires", end.toString())
            .with("kubernetes_clusters", facts.kubeClusters())
            .with("kubernetes_namespaces", facts.namespace())
            .with("message", approval.full() ? "standard Teleport request: full login" : "")
            .build());
    var response =
        new SshLoginResponse(
            login.username(),
            login.cert(),
            login.tlsCert(),
            login.hostSigners(),
            new GrantJson(facts.id(), facts.kubeClusters(), end));
    return new Issued(response, notAfter);
  }

  /** The shortest of what is asked (zero: nothing), the default and what the roles allow. */
  static Duration sessionLength(AuthSettings settings, List<Role> roles, Duration asked) {
    Duration longest = KubeAccess.shortestSession(roles);
    Duration allowed =
        settings.defaultSessionTtl().compareTo(longest) < 0
            ? settings.defaultSessionTtl()
            : longest;
    return asked.isZero() || asked.isNegative() || asked.compareTo(allowed) > 0 ? allowed : asked;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static String ipOf(String ipAndPort) {
    int colon = ipAndPort.lastIndexOf(':');
    String host = colon < 0 ? ipAndPort : ipAndPort.substring(0, colon);
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.proto.Certs;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.CertPurpose;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.CertUsage;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest.Requester;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WireTime;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Certificates for users who are logged in (teleport-wire §6). A caller with the certificate of a
 * headless login gets what its grant holds and nothing else; requester 3 from anybody else opens no
 * longer life than the login has (security rule 1).
 */
final class UserCertificates {
  private static final Duration SINGLE_USE_LIFE = Duration.ofMinutes(1);

  private final AuthSettings settings;
  private final Users users;
  private final AccessView access;
  private final Grants grants;
  private final Webauthn webauthn;
  private final CertificateIssuer issuer;
  private final Authorities authorities;
  private final Locks locks;
  private final AuditLog audit;
  private final InstantSource clock;

  UserCertificates(
      AuthSettings settings,
      Users users,
      AccessView access,
      Grants grants,
      Webauthn webauthn,
      CertificateIssuer issuer,
      Authorities authorities,
      Locks locks,
      AuditLog audit,
      InstantSource clock) {
    this.settings = settings;
    this.users = users;
    this.access = access;
    this.grants = grants;
    this.webauthn = webauthn;
    this.issuer = issuer;
    this.authorities = authorities;
    this.locks = locks;
    this.audit = audit;
    this.clock = clock;
  }

  /** The caller's user and those of the certificate's roles the user still holds. */
  record Holder(UserRecord user, List<Role> roles) {}

  /**
   * The user behind a certificate, as of now.
   *
   * @throws WireException of kind ACCESS_DENIED when the user or all its roles are gone, or the
   *     user is locked out
   */
  Holder holder(Caller.User caller) {
    locks.check(
        caller.identity(),
        caller.certificate().getNotBefore().toInstant().plus(CertificateIssuer.CLOCK_SKEW));
    UserRecord user =
        users
            .get(caller.identity().username())
            .orElseThrow(() -> denied("access denied: user does not exist"));
    List<Role> roles =
        access.roles(
            caller.identity().roles().stream().filter(r -> user.roles().contains(r)).toList());
    if (roles.isEmpty()) {
      throw denied("access denied: user holds none of the certificate's roles");
    }
    return new Holder(user, roles);
  }

  /**
   * Issues.
   *
   * @param answer the signed MFA challenge in the request, if it holds one
   * @throws WireException with the texts of teleport-wire §6.4
   */
  Certs generate(
      Caller.User caller, UserCertsRequest request, Optional<WebauthnAssertionJson> answer) {
    Holder holder = holder(caller);
    checkOrdinary(caller, request);
    return caller.isHeadless()
        ? forGrant(caller, holder, request)
        : forLogin(caller, holder, request, answer);
  }

  private void checkOrdinary(Caller.User caller, UserCertsRequest request) {
    if (!request.getUsername().equals(caller.identity().username())) {
      throw denied("access denied: impersonation is not allowed");
    }
    if (caller.identity().disallowReissue()) {
      throw denied("access denied: identity is not allowed to reissue certificates");
    }
    if (!request.getRouteToCluster().isEmpty()
        && !request.getRouteToCluster().equals(settings.clusterName())) {
      throw new WireException(
          ErrorKind.NOT_FOUND,
          "remote cluster \"%s\" is not found".formatted(request.getRouteToCluster()));
    }
    if (request.getUseRoleRequests()
        || request.getRoleRequestsCount() > 0
        || request.getAccessRequestsCount() > 0) {
      throw new WireException(
          ErrorKind.NOT_IMPLEMENTED, "role and access requests are not implemented");
    }
    boolean singleUse = request.getPurpose() == CertPurpose.CERT_PURPOSE_SINGLE_USE_CERTS;
    switch (request.getUsage()) {
      case ALL -> {
        if (singleUse) {
          throw bad("single-use certificates cannot be issued for all purposes");
        }
      }
      case KUBERNETES -> {}
      case APP -> {
        if (singleUse) {
          throw bad("single-use certificates cannot be issued for app access");
        }
        throw unserved();
      }
      default -> throw unserved();
    }
  }

  private Certs forGrant(Caller.User caller, Holder holder, UserCertsRequest request) {
    Grant grant =
        grants
            .of(caller)
            .orElseThrow(() -> refusedGrant(caller, request, "no live grant for this certificate"));
    if (request.getUsage() != CertUsage.KUBERNETES
        || request.getRequesterName() != Requester.TSH_KUBE_LOCAL_PROXY_HEADLESS) {
      throw refusedGrant(
          caller, request, "a headless login may only ask for the kube certificates of its grant");
    }
    KubeClusterRecord cluster = kubeCluster(request);
    if (!grant.covers(cluster.name(), clock.instant())
        || !KubeAccess.reaches(holder.roles(), cluster)) {
      throw refusedGrant(caller, request, "kube cluster is not in the grant");
    }
    // A role may have been made shorter since the approval; nothing makes the grant longer.
    Instant end =
        earlier(
            grant.servedUntil(), clock.instant().plus(KubeAccess.shortestSession(holder.roles())));
    UserIdentity.Builder identity =
        issuer
            .identity(holder.user(), holder.roles(), grant.requesterIp())
            .usage(List.of(UserIdentity.USAGE_KUBE))
            .kubernetesCluster(cluster.name())
            .kubernetesNamespaces(grant.namespaces())
            .mfaVerified(grant.deviceId())
            .headlessRequestId(grant.requestId());
    if (grant.servedUntil().isBefore(grant.notAfter())) {
      // What is open then may live to the end of the session; nothing new begins.
      identity.previousIdentityExpires(grant.notAfter());
    }
    return Certs.newBuilder()
        .setTls(issuer.tls(identity.build(), key(request), end))
        .addTlsCaCerts(CertificateIssuer.pem(authorities.user().certificate()))
        .build();
  }

  private Certs forLogin(
      Caller.User caller,
      Holder holder,
      UserCertsRequest request,
      Optional<WebauthnAssertionJson> answer) {
    Instant callerEnd = caller.certificate().getNotAfter().toInstant();
    Instant end = earlier(asked(request), callerEnd);
    boolean singleUse = request.getPurpose() == CertPurpose.CERT_PURPOSE_SINGLE_USE_CERTS;
    if (singleUse && request.getRequesterName() != Requester.TSH_KUBE_LOCAL_PROXY) {
      end = earlier(end, clock.instant().plus(SINGLE_USE_LIFE));
    }
    end = earlier(end, clock.instant().plus(KubeAccess.shortestSession(holder.roles())));
    String device = verifiedDevice(caller, answer);
    String loginIp = caller.identity().loginIp().orElse("");
    UserIdentity.Builder identity = issuer.identity(holder.user(), holder.roles(), loginIp);
    if (singleUse) {
      identity.previousIdentityExpires(callerEnd);
    }
    if (request.getUsage() == CertUsage.ALL) {
      identity.mfaVerified(device.isEmpty() ? caller.identity().mfaVerified().orElse("") : device);
      return everything(request, identity.build(), end);
    }
    identity
        .usage(List.of(UserIdentity.USAGE_KUBE))
        .kubernetesCluster(kubeCluster(request).name())
        .mfaVerified(device);
    return Certs.newBuilder()
        .setTls(issuer.tls(identity.build(), key(request), end))
        .addTlsCaCerts(CertificateIssuer.pem(authorities.user().certificate()))
        .build();
  }

  private Certs everything(UserCertsRequest request, UserIdentity identity, Instant end) {
    var certs =
        Certs.newBuilder()
            .setTls(issuer.tls(identity, key(request), end))
            .addTlsCaCerts(CertificateIssuer.pem(authorities.user().certificate()))
            .addSshCaCerts(ByteString.copyFrom(authorities.userSsh().sshPublicKey()));
    ByteString sshLine =
        request.getSshPublicKey().isEmpty() ? request.getPublicKey() : request.getSshPublicKey();
    if (!sshLine.isEmpty()) {
      certs.setSsh(issuer.ssh(identity, SubmittedKeys.sshKey(sshLine), end));
    }
    return certs.build();
  }

  private Instant asked(UserCertsRequest request) {
    Instant asked;
    try {
      asked = request.hasExpires() ? WireTime.instant(request.getExpires()) : Instant.MIN;
    } catch (IllegalArgumentException e) {
      throw bad("expires is out of range");
    }
    if (asked.isBefore(clock.instant())) {
      throw denied("access denied: client credentials have expired, please relogin.");
    }
    return asked;
  }

  private String verifiedDevice(Caller.User caller, Optional<WebauthnAssertionJson> answer) {
    if (answer.isEmpty()) {
      return "";
    }
    return webauthn
        .verify(
            answer.get(),
            Challenges.Purpose.of(
                caller.identity().username(), caller.session(), Challenges.Scope.USER_SESSION))
        .map(MfaDevice::id)
        .orElseThrow(() -> denied("MFA response validation failed"));
  }

  private KubeClusterRecord kubeCluster(UserCertsRequest request) {
    String name = request.getKubernetesCluster();
    if (name.isEmpty()) {
      throw bad("missing KubernetesCluster field in a kubernetes-only UserCertsRequest");
    }
    return access
        .kubeCluster(name)
        .orElseThrow(() ->
            bad(
                ("kubernetes cluster \"%s\" is not registered in this teleport cluster; you"
                        + " can list registered kubernetes clusters using 'tsh kube ls'")
                    .formatted(name)));
  }

  private static PublicKey key(UserCertsRequest request) {
    if (!request.getTlsPublicKey().isEmpty()) {
      return SubmittedKeys.tlsKey(request.getTlsPublicKey());
    }
    return SubmittedKeys.sshKey(
        request.getPublicKey().isEmpty() ? request.getSshPublicKey() : request.getPublicKey());
  }

  private WireException refusedGrant(Caller.User caller, UserCertsRequest request, String reason) {
    audit.emit(
        AuditEvent.of(AuditEvent.Type.GRANT_REFUSED)
            .with("user", caller.identity().username())
            .with("headless_id", caller.identity().headlessRequestId().orElse(""))
            .with("kubernetes_cluster", Logins.bounded(request.getKubernetesCluster()))
            .with("error", reason)
            .with("addr.remote", Addresses.ipAndPort(caller.remote()))
            .build());
    return denied("access denied: " + reason);
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static WireException denied(String message) {
    return new WireException(ErrorKind.ACCESS_DENIED, message);
  }

  private static WireException bad(String message) {
    return new WireException(ErrorKind.BAD_PARAMETER, message);
  }

  private static WireException unserved() {
    return new WireException(
        ErrorKind.NOT_IMPLEMENTED, "only certificates for logins and Kubernetes are issued");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.pki.Fingerprint;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.SshUserCertificateRequest;
import dev.jtsh.pki.Traits;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

/** Builds user identities and has them signed; decides nothing about who may have what. */
final class CertificateIssuer {
  /** How far a peer's clock may be behind ours: certificates begin that long ago. */
  static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private static final String INTERNAL_LOGIN = "-teleport-internal-join";

  private final String clusterName;
  private final Authorities authorities;
  private final Locks locks;
  private final AuditLog audit;
  private final InstantSource clock;

  CertificateIssuer(
      String clusterName,
      Authorities authorities,
      Locks locks,
      AuditLog audit,
      InstantSource clock) {
    this.clusterName = clusterName;
    this.authorities = authorities;
    this.locks = locks;
    this.audit = audit;
    this.clock = clock;
  }

  /** The identity that all certificates of a user begin with. */
  UserIdentity.Builder identity(UserRecord user, List<Role> roles, String loginIp) {
    List<String> users = List.copyOf(KubeAccess.users(roles, roles));
    List<String> groups = List.copyOf(KubeAccess.groups(roles, roles));
    var builder =
        UserIdentity.builder(user.name())
            .roles(roles.stream().map(Role::name).toList())
            .principals(principals(roles))
            .routeToCluster(clusterName)
            .traits(traits(roles, users, groups))
            .kubernetesUsers(users)
            .kubernetesGroups(groups)
            .teleportCluster(clusterName)
            .privateKeyPolicy("none")
            .loginIp(loginIp);
    if (roles.stream().anyMatch(Role::pinSourceIp)) {
      if (loginIp.isEmpty()) {
        throw new WireException(
            ErrorKind.ACCESS_DENIED, "source IP pinning is enabled but client IP is unknown");
      }
      builder.pinnedIp(loginIp);
    }
    return builder;
  }

  /** SSH and TLS certificate of a login, with the host authority the client shall believe. */
  SshLoginResponse login(UserIdentity identity, SubmittedKeys keys, Instant notAfter) {
    ByteString ssh = ByteString.EMPTY;
    if (keys.ssh().isPresent()) {
      ssh = ssh(identity, keys.ssh().get(), notAfter);
    }
    return new SshLoginResponse(
        identity.username(), ssh, tls(identity, keys.tls(), notAfter), hostSigners(), null);
  }

  /**
   * A TLS certificate, PEM.
   *
   * @throws WireException of kind ACCESS_DENIED when the user is locked out
   */
  ByteString tls(UserIdentity identity, PublicKey key, Instant notAfter) {
    locks.check(identity, clock.instant());
    try {
      X509Certificate certificate =
          authorities.user().issueUser(identity, key, notBefore(), wholeSeconds(notAfter));
      audit.emit(created(identity, key, certificate.getNotAfter().toInstant()));
      return pem(certificate);
    } catch (PkiException e) {
      throw refused(e);
    }
  }

  /** An SSH certificate in authorized_keys form. */
  ByteString ssh(UserIdentity identity, PublicKey key, Instant notAfter) {
    try {
      return ByteString.copyFrom(
          authorities
              .userSsh()
              .issueSshUser(
                  SshUserCertificateRequest.of(
                      identity, key, notBefore(), wholeSeconds(notAfter))));
    } catch (PkiException e) {
      throw refused(e);
    }
  }

  /** Whom a logged-in client shall believe to be a host. */
  List<SshLoginResponse.HostSigner> hostSigners() {
    return List.of(
        new SshLoginResponse.HostSigner(
            clusterName,
            List.of(ByteString.copyFrom(authorities.hostSsh().sshPublicKey())),
            List.of(pem(authorities.host().certificate()))));
  }

  static ByteString pem(X509Certificate certificate) {
    return ByteString.copyFrom(Pem.encode(certificate), StandardCharsets.US_ASCII);
  }

  private static WireException refused(PkiException e) {
    return new WireException(
        ErrorKind.BAD_PARAMETER, Objects.requireNonNullElse(e.getMessage(), "key is refused"));
  }

  private Instant notBefore() {
    return wholeSeconds(clock.instant().minus(CLOCK_SKEW));
  }

  private static Instant wholeSeconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }

  private static List<String> principals(List<Role> roles) {
    List<String> logins = new ArrayList<>();
    roles.forEach(role -> role.logins().forEach(l -> addOnce(logins, l)));
    if (logins.isEmpty()) {
      logins.add("-teleport-nologin-" + UUID.randomUUID());
    }
    addOnce(logins, INTERNAL_LOGIN);
    return logins;
  }

  private static void addOnce(List<String> list, String value) {
    if (!list.contains(value)) {
      list.add(value);
    }
  }

  private static Traits traits(List<Role> roles, List<String> users, List<String> groups) {
    Map<String, List<String>> lists = new TreeMap<>();
    lists.put("kubernetes_users", users);
    lists.put("kubernetes_groups", groups);
    lists.put("logins", roles.stream().flatMap(r -> r.logins().stream()).distinct().toList());
    return Traits.of(lists);
  }

  private static AuditEvent created(UserIdentity identity, PublicKey key, Instant expires) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("user", identity.username());
    fields.put("roles", identity.roles());
    fields.put("usage", identity.usage());
    fields.put("kubernetes_users", identity.kubernetesUsers());
    fields.put("kubernetes_groups", identity.kubernetesGroups());
    fields.put("route_to_cluster", identity.routeToCluster());
    fields.put("expires", expires.toString());
    fields.put("public_key", Fingerprint.sha256(key));
    identity.kubernetesCluster().ifPresent(name -> fields.put("kubernetes_cluster", name));
    identity.mfaVerified().ifPresent(device -> fields.put("mfa_device_uuid", device));
    identity.loginIp().ifPresent(ip -> fields.put("client_ip", ip));
    identity
        .previousIdentityExpires()
        .ifPresent(time -> fields.put("previous_identity_expires", time.toString()));
    return AuditEvent.of(AuditEvent.Type.CERTIFICATE_CREATED)
        .with("cert_type", "user")
        .with("identity", fields)
        .with("user", identity.username())
        .with("headless_id", identity.headlessRequestId().orElse(""))
        .build();
  }
}

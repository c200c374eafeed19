// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.HeadlessNumberResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The auth service of one process, without any network: the web API, the gRPC server and the
 * operator's commands are built on this. Blocks unless a method says otherwise.
 */
public final class Auth implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Auth.class);
  private static final Duration EXPIRY_SWEEP_PERIOD = Duration.ofSeconds(10);

  private final AuthSettings settings;
  private final Supplier<String> publicAddress;
  private final AuditLog audit;
  private final InstantSource clock;
  private final Authorities authorities;
  private final ByteString hostAuthority;
  private final AccessCache access;
  private final Locks locks;
  private final Roles roles;
  private final Users users;
  private final KubePresence presence;
  private final HostIdentities hosts;
  private final Joins joins;
  private final Logins logins;
  private final Signups signups;
  private final Recoveries recoveries;
  private final OwnRecoveryCodes ownRecoveryCodes;
  private final SsoLogins ssoLogins;
  private final SecurityKeys securityKeys;
  private final OneTimeCodes oneTimeCodes;
  private final HeadlessLogins headlessLogins;
  private final HeadlessApprovals headlessApprovals;
  private final ReverseCodes reverseCodes;
  private final WebSessions webSessions;
  private final OwnSessions ownSessions;
  private final UserCertificates certificates;
  private final Grants grants;
  private final Webauthn webauthn;
  private final ScheduledThreadPoolExecutor timer;
  private final ExecutorService executor;

  /**
   * Opens auth on a data directory, making its authorities at the first start.
   *
   * @param publicAddress gives {@code host:port} of the web port as clients reach it; asked at each
   *     use, for the port may be known late
   * @param backend stays the caller's to close, after this
   * @param dataDirectory a directory for this user only; the authorities' keys are in its {@code
   *     ca/}
   * @param audit stays the caller's to close, after this
   * @throws IOException when the authorities cannot be read or written
   */
  public static Auth open(
      AuthSettings settings,
      Supplier<String> publicAddress,
      Backend backend,
      Path dataDirectory,
      AuditLog audit,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    Authorities authorities =
        Authorities.open(dataDirectory, settings.clusterName(), clock, random);
    String hostId = HostId.of(dataDirectory);
    return new Auth(settings, publicAddress, backend, authorities, hostId, audit, clock, random);
  }

  private Auth(
      AuthSettings settings,
      Supplier<String> publicAddress,
      Backend backend,
      Authorities authorities,
      String hostId,
      AuditLog audit,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    this.settings = settings;
    this.publicAddress = publicAddress;
    this.audit = audit;
    this.clock = clock;
    this.authorities = authorities;
    this.hostAuthority =
        ByteString.copyFrom(Tokens.sha256(encoded(authorities.host().certificate())));
    this.executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("auth-", 0).factory());
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("auth-timer").daemon(true).factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    String name = settings.clusterName();
    this.access = new AccessCache(backend, clock);
    this.roles = new Roles(backend, access, audit);
    this.locks = new Locks(backend, access, audit, clock);
    this.users = new Users(backend, roles, locks, audit, clock, random);
    this.presence = new KubePresence(name, backend, access, audit, clock);
    this.hosts = new HostIdentities(name, hostId, authorities, clock);
    this.joins = new Joins(backend, hosts, presence, authorities, audit, clock, random);
    this.grants = new Grants(backend, clock);
    var challenges = new Challenges(clock, random);
    this.webauthn = new Webauthn(settings, publicAddress, users, challenges, clock, random);
    var passwords = new PasswordGate(random);
    var issuer = new CertificateIssuer(name, authorities, locks, audit, clock);
    this.securityKeys = new SecurityKeys(settings.sso(), users, webauthn, audit, clock);
    this.oneTimeCodes =
        new OneTimeCodes(settings.accounts().totp(), users, securityKeys, audit, clock, random);
    this.logins =
        new Logins(
            settings, users, access, passwords, webauthn, oneTimeCodes, issuer, audit, clock);
    this.ssoLogins =
        new SsoLogins(settings, publicAddress, users, access, issuer, audit, clock, random);
    this.webSessions =
        new WebSessions(
            logins, ssoLogins, settings.sso(), users, access, issuer, locks, clock, random);
    var codes = new RecoveryCodes(passwords, random);
    this.signups = new Signups(settings, users, passwords, codes, webauthn, locks, audit, clock);
    this.recoveries =
        new Recoveries(settings, users, passwords, codes, webauthn, locks, audit, clock);
    this.ownRecoveryCodes =
        new OwnRecoveryCodes(settings.accounts(), users, webauthn, codes, audit, clock);
    var store = new HeadlessStore(backend, clock);
    var continuations = new Continuations(backend, clock);
    var suspensions = new Suspensions(backend, clock);
    this.ownSessions = new OwnSessions(continuations, locks);
    this.headlessLogins =
        new HeadlessLogins(
            settings.headlessLimits(),
            new HeadlessClaims(
                settings, users, access, store, continuations, suspensions, clock, random),
            store,
            new HeadlessGrantIssuer(
                settings, users, access, issuer, grants, continuations, audit, clock),
            backend,
            audit,
            clock,
            executor,
            timer);
    this.headlessApprovals =
        new HeadlessApprovals(
            settings, store, backend, users, webauthn, suspensions, audit, clock, random, timer);
    this.reverseCodes = new ReverseCodes(store, audit);
    this.certificates =
        new UserCertificates(
            settings, users, access, grants, webauthn, issuer, authorities, locks, audit, clock);
    scheduleSweep(backend);
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("our own authority's certificate has no encoding", e);
    }
  }

  private void scheduleSweep(Backend backend) {
    timer.scheduleWithFixedDelay(
        () -> {
          try {
            backend.removeExpired();
          } catch (RuntimeException e) {
            logger.warn("could not remove expired items", e);
          }
        },
        EXPIRY_SWEEP_PERIOD.toSeconds(),
        EXPIRY_SWEEP_PERIOD.toSeconds(),
        TimeUnit.SECONDS);
  }

  /** What the operator decided. */
  public AuthSettings settings() {
    return settings;
  }

  /** The web port as clients reach it, {@code host:port}. */
  public String publicAddress() {
    return publicAddress.get();
  }

  /** Roles and live Kubernetes clusters; never blocks. */
  public AccessView access() {
    return access;
  }

  /** The agents that serve Kubernetes clusters now; never blocks. */
  public List<KubeServer> kubeServers() {
    return access.servers();
  }

  /** The operator's view of users. */
  public Users users() {
    return users;
  }

  /** The operator's view of roles. */
  public Roles roles() {
    return roles;
  }

  /** The operator's view of locks. */
  public Locks locks() {
    return locks;
  }

  /** Join tokens, and joining. */
  public Joins joins() {
    return joins;
  }

  /** Heartbeats of kube agents. */
  public KubePresence presence() {
    return presence;
  }

  /** Host certificates for the parts of this process. */
  public HostIdentities hosts() {
    return hosts;
  }

  /** Password and security key. */
  public Logins logins() {
    return logins;
  }

  /** Logins at providers. */
  public SsoLogins sso() {
    return ssoLogins;
  }

  /** Users' own security keys. */
  public SecurityKeys securityKeys() {
    return securityKeys;
  }

  /** Users' apps for one-time codes. */
  OneTimeCodes oneTimeCodes() {
    return oneTimeCodes;
  }

  /** New passwords and keys for lost ones. */
  public Recoveries recoveries() {
    return recoveries;
  }

  /** Users' own recovery codes. */
  OwnRecoveryCodes ownRecoveryCodes() {
    return ownRecoveryCodes;
  }

  /** Invites. */
  public Signups signups() {
    return signups;
  }

  /** Users' own live headless sessions. */
  public OwnSessions sessions() {
    return ownSessions;
  }

  /** Logins of browsers. */
  public WebSessions webSessions() {
    return webSessions;
  }

  /** Approvals of people in front of a browser. */
  public WebApprovals webApprovals() {
    return new WebApprovals(headlessApprovals);
  }

  /** The requester's side of headless logins. */
  public HeadlessLogins headless() {
    return headlessLogins;
  }

  /**
   * The cluster's part of a waiting headless request's number.
   *
   * @throws dev.jtsh.protocol.error.WireException when no such request waits, or the requester's
   *     part is not what it committed to
   */
  public HeadlessNumberResponse headlessNumber(HeadlessNumberRequest request) {
    return headlessLogins.number(request, hostAuthority);
  }

  /** Codes of approvals, as they are typed on remote terminals. */
  public ReverseCodes reverseCodes() {
    return reverseCodes;
  }

  /** Whom to believe to be a host of this cluster. */
  public TrustAnchors hostAnchors() {
    return authorities.hostAnchors();
  }

  /** Whom to believe to be a user of this cluster. */
  public TrustAnchors userAnchors() {
    return authorities.userAnchors();
  }

  /** Ends waiting requests and forgets the keys. */
  @Override
  public void close() {
    headlessLogins.close();
    ssoLogins.close();
    timer.shutdownNow();
    executor.shutdown();
    access.close();
    authorities.close();
  }

  AccessCache cache() {
    return access;
  }

  AuditLog audit() {
    return audit;
  }

  HeadlessApprovals approvals() {
    return headlessApprovals;
  }

  UserCertificates certificates() {
    return certificates;
  }

  Grants grants() {
    return grants;
  }

  Webauthn webauthn() {
    return webauthn;
  }

  Authorities authorities() {
    return authorities;
  }

  /** Whom clients believe to be a host of this cluster. */
  public X509Certificate hostAuthority() {
    return authorities.host().certificate();
  }

  /** The time. */
  public InstantSource clock() {
    return clock;
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  ExecutorService executor() {
    return executor;
  }
}

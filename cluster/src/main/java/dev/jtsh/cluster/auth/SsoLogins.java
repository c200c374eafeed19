// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.oidc.LoginSecrets;
import dev.jtsh.cluster.oidc.OidcConnector;
import dev.jtsh.cluster.oidc.OidcException;
import dev.jtsh.cluster.oidc.OidcException.Reason;
import dev.jtsh.cluster.oidc.OidcProvider;
import dev.jtsh.cluster.oidc.VerifiedClaims;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.SsoConsoleRequest;
import dev.jtsh.protocol.web.SsoConsoleResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logins at providers, for programs and for the page. What is under way is kept in memory: after a
 * restart people begin again. Blocks: call on a virtual thread.
 */
public final class SsoLogins implements AutoCloseable {
  /** How long a person may take at the provider. */
  static final Duration LIFE = Duration.ofMinutes(3);

  /** Where providers send browsers back to. */
  public static final String CALLBACK = "/v1/webapi/oidc/callback";

  private static final Logger logger = LoggerFactory.getLogger(SsoLogins.class);
  private static final int UNDER_WAY_MAX = 2_000;
  private static final int BEGUN_PER_MINUTE_MAX = 30;
  private static final String NO_LOGIN = "the login cannot be begun; the cluster's log says why";

  private final AuthSettings settings;
  private final Supplier<String> publicAddress;
  private final Map<String, OidcProvider> providers = new LinkedHashMap<>();
  private final Users users;
  private final AccessView access;
  private final CertificateIssuer issuer;
  private final AuditLog audit;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Attempts attempts;
  // By the hash of the state, oldest first; guarded by itself.
  private final Map<String, SsoBegun> begun = new LinkedHashMap<>();
  // Who came back to the page, by the hash of the browser's cookie; guarded by itself.
  private final Map<String, Arrived> arrived = new LinkedHashMap<>();

  /** Somebody whom a provider has named, and who has not fetched the session yet. */
  record Arrived(String user, String ip, Instant expires) {}

  SsoLogins(
      AuthSettings settings,
      Supplier<String> publicAddress,
      Users users,
      AccessView access,
      CertificateIssuer issuer,
      AuditLog audit,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    this.settings = settings;
    this.publicAddress = publicAddress;
    this.users = users;
    this.access = access;
    this.issuer = issuer;
    this.audit = audit;
    this.clock = clock;
    this.random = random;
    this.attempts = new Attempts(clock, BEGUN_PER_MINUTE_MAX);
    try {
      for (OidcConnector connector : settings.sso().connectors()) {
        providers.put(connector.name(), new OidcProvider(connector, clock));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** All connectors, in the operator's order. */
  public List<OidcConnector> connectors() {
    return providers.values().stream().map(OidcProvider::connector).toList();
  }

  /** The connector of this name. */
  public Optional<OidcConnector> connector(String name) {
    return Optional.ofNullable(providers.get(name)).map(OidcProvider::connector);
  }

  /**
   * Begins a login for a program.
   *
   * @throws WireException of kind ACCESS_DENIED for a strange way back, an unknown connector, too
   *     many logins at once and a provider that does not answer
   */
  public SsoConsoleResponse begin(SsoConsoleRequest request, InetSocketAddress remote) {
    ConsoleReturn back = ConsoleReturn.parse(request.redirectUrl());
    SubmittedKeys keys = SubmittedKeys.of(request.keys());
    var way = new SsoBegun.Program(back, keys, request.certTtl());
    return new SsoConsoleResponse(begin(request.connectorId(), way, remote).toString());
  }

  /**
   * Begins a login for the page.
   *
   * @param browser a secret of the browser that asks, the same that comes with the answer
   * @param requestId where the page is
   * @return where the browser goes
   * @throws WireException as for a program
   */
  public URI begin(String connector, String browser, String requestId, InetSocketAddress remote) {
    return begin(connector, new SsoBegun.Page(Tokens.hash(browser), requestId), remote);
  }

  private URI begin(String connector, SsoBegun.Way way, InetSocketAddress remote) {
    OidcProvider provider = providers.get(connector);
    if (provider == null || !attempts.tryOnce(SourceNetwork.of(remote).address())) {
      throw new WireException(ErrorKind.ACCESS_DENIED, NO_LOGIN);
    }
    LoginSecrets secrets = LoginSecrets.make(random);
    URI redirect = URI.create("https://" + publicAddress.get() + CALLBACK);
    URI place;
    try {
      place = provider.authorization(secrets, redirect);
    } catch (OidcException e) {
      failed(provider, Optional.empty(), e, remote);
      throw new WireException(ErrorKind.ACCESS_DENIED, NO_LOGIN);
    }
    Instant expires = clock.instant().plus(LIFE);
    synchronized (begun) {
      begun.values().removeIf(b -> !clock.instant().isBefore(b.expires()));
      dropOldest(begun);
      begun.put(
          Tokens.hash(secrets.state()),
          new SsoBegun(provider, secrets, redirect, way, remote, expires));
    }
    return place;
  }

  private static <T> void dropOldest(Map<String, T> map) {
    Iterator<T> oldest = map.values().iterator();
    while (map.size() >= UNDER_WAY_MAX) {
      oldest.next();
      oldest.remove();
    }
  }

  /**
   * Takes a provider's answer, once.
   *
   * @param browser the cookie's secret, if the browser has one
   */
  public SsoEnd finish(SsoAnswer answer, Optional<String> browser, InetSocketAddress remote) {
    SsoBegun login;
    synchronized (begun) {
      login = begun.remove(Tokens.hash(answer.state()));
    }
    if (login == null || !clock.instant().isBefore(login.expires())) {
      return new SsoEnd.Unknown();
    }
    try {
      // Before the code is used: another browser must not finish what this one began.
      if (login.way() instanceof SsoBegun.Page page
          && !browser.map(Tokens::hash).equals(Optional.of(page.browserHash()))) {
        return new SsoEnd.Unknown();
      }
      return arrived(login, known(login, answer), remote);
    } catch (OidcException e) {
      failed(login.provider(), Optional.empty(), e, remote);
      return ended(login, e.reason());
    }
  }

  private VerifiedClaims known(SsoBegun login, SsoAnswer answer) throws OidcException {
    login.provider().checkAnswerer(answer.issuer());
    if (!answer.error().isEmpty()) {
      Reason reason = answer.error().equals("access_denied") ? Reason.DENIED : Reason.PROVIDER;
      throw new OidcException(reason, "the provider answered " + answer.error());
    }
    return login.provider().claims(answer.code(), login.secrets(), login.redirect());
  }

  private SsoEnd arrived(SsoBegun login, VerifiedClaims claims, InetSocketAddress remote)
      throws OidcException {
    UserRecord user = admit(login.provider().connector(), claims);
    List<Role> roles = access.roles(user.roles());
    if (roles.isEmpty()) {
      throw new OidcException(Reason.NO_ROLES, "the roles of " + user.name() + " do not exist");
    }
    try {
      SsoEnd end =
          switch (login.way()) {
            case SsoBegun.Program program ->
                new SsoEnd.ToProgram(certificates(program, user, roles, login.remote()));
            case SsoBegun.Page page -> {
              hold(page.browserHash(), user, remote);
              yield new SsoEnd.ToPage(page.requestId());
            }
          };
      audit.emit(
          event(AuditEvent.Type.SSO_LOGIN, login.provider(), remote)
              .with("user", user.name())
              .with("success", true)
              .with("roles", user.roles())
              .build());
      return end;
    } catch (WireException e) {
      throw new OidcException(Reason.NO_USER, e.error().message(), e); // Locked out, mostly.
    }
  }

  private URI certificates(
      SsoBegun.Program program, UserRecord user, List<Role> roles, InetSocketAddress remote) {
    var identity = issuer.identity(user, roles, Addresses.ip(remote)).build();
    Duration asked = program.ttl();
    Duration wanted = asked.isZero() || asked.isNegative() ? settings.defaultSessionTtl() : asked;
    Duration longest = KubeAccess.shortestSession(roles);
    Instant end = clock.instant().plus(wanted.compareTo(longest) < 0 ? wanted : longest);
    return program.address().with(issuer.login(identity, program.keys(), end), random);
  }

  private void hold(String browserHash, UserRecord user, InetSocketAddress remote) {
    synchronized (arrived) {
      arrived.values().removeIf(a -> !clock.instant().isBefore(a.expires()));
      dropOldest(arrived);
      arrived.put(
          browserHash, new Arrived(user.name(), Addresses.ip(remote), clock.instant().plus(LIFE)));
    }
  }

  /** Who came back in this browser; of several calls one gets it. */
  Optional<Arrived> take(String browser) {
    synchronized (arrived) {
      return Optional.ofNullable(arrived.remove(Tokens.hash(browser)))
          .filter(a -> clock.instant().isBefore(a.expires()));
    }
  }

  private UserRecord admit(OidcConnector connector, VerifiedClaims claims) throws OidcException {
    String claim = connector.usernameClaim();
    String name =
        claims
            .text(claim)
            .filter(UserRecord::isName)
            .orElseThrow(() ->
                new OidcException(
                    Reason.NO_USER,
                    "the claim %s of %s is no user name".formatted(claim, claims.subject())));
    // An address that nobody has proven could be anybody's (security rule 34).
    if (claim.equals("email") && !claims.isTrue("email_verified")) {
      throw new OidcException(Reason.NO_USER, "the address " + name + " is not verified");
    }
    List<String> roles = new ArrayList<>(claims.roles(connector.mappings()));
    var identity = new SsoIdentity(connector.name(), claims.issuer(), claims.subject());
    Optional<UserRecord> user = users.admit(identity, name, roles);
    if (user.isEmpty()) {
      throw new OidcException(Reason.NO_USER, "the name " + name + " is another user's");
    }
    if (roles.isEmpty()) {
      throw new OidcException(Reason.NO_ROLES, "no claim of " + name + " is mapped to a role");
    }
    return user.get();
  }

  private static SsoEnd ended(SsoBegun login, Reason reason) {
    return switch (login.way()) {
      case SsoBegun.Program program ->
          new SsoEnd.ToProgram(program.address().withFailure(reason.shown()));
      case SsoBegun.Page page -> new SsoEnd.PageFailed(page.requestId(), reason);
    };
  }

  private void failed(
      OidcProvider provider, Optional<String> user, OidcException e, InetSocketAddress remote) {
    String detail = SafeText.of(e.detail()).toString();
    logger.info("login at {} failed: {}", provider.connector().name(), detail);
    audit.emit(
        event(AuditEvent.Type.SSO_LOGIN_FAILED, provider, remote)
            .with("user", user.orElse(""))
            .with("success", false)
            .with("error", detail)
            .build());
  }

  private static AuditEvent.Builder event(
      AuditEvent.Type type, OidcProvider provider, InetSocketAddress remote) {
    return AuditEvent.of(type)
        .with("method", "oidc")
        .with("connector", provider.connector().name())
        .with("addr.remote", Addresses.ipAndPort(remote));
  }

  @Override
  public void close() {
    providers.values().forEach(OidcProvider::close);
  }
}

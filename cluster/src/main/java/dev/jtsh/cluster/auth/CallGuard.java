// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.net.FailedCalls;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireError;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.net.RequestId;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides for each call whether this caller may make it, by an allow-list for each kind of caller.
 * A certificate that ended is refused on a connection that is still open (security rule 1).
 */
final class CallGuard implements ServerInterceptor {
  static final Context.Key<Caller> CALLER = Context.key("dev.jtsh.caller");

  private static final String KUBE_ROLE = "Kube";
  private static final String AUTH = "proto.AuthService/";
  private static final String TRUST = "teleport.trust.v1.TrustService/";
  private static final String SESSION = "jtsh.session.v1.SessionService/";
  private static final String ACCOUNT = "jtsh.account.v1.AccountService/";
  private static final Set<String> FOR_ANYBODY = Set.of(AUTH + "Ping");
  private static final Set<String> FOR_HEADLESS =
      Set.of(
          AUTH + "Ping",
          AUTH + "ListResources",
          AUTH + "IsMFARequired",
          AUTH + "GetClusterCACert",
          AUTH + "GenerateUserCerts");
  private static final Set<String> FOR_USERS =
      Set.of(
          AUTH + "Ping",
          AUTH + "ListResources",
          AUTH + "IsMFARequired",
          AUTH + "GetClusterCACert",
          AUTH + "GenerateUserCerts",
          AUTH + "GetHeadlessAuthentication",
          AUTH + "WatchPendingHeadlessAuthentications",
          AUTH + "UpdateHeadlessAuthenticationState",
          AUTH + "CreateAuthenticateChallenge",
          AUTH + "GetMFADevices",
          AUTH + "CreateRegisterChallenge",
          AUTH + "AddMFADeviceSync",
          AUTH + "DeleteMFADeviceSync",
          TRUST + "GetCertAuthorities",
          SESSION + "ListSessions",
          SESSION + "EndSession",
          ACCOUNT + "RenewRecoveryCodes");
  private static final Set<String> FOR_HOSTS =
      Set.of(AUTH + "Ping", AUTH + "GetClusterCACert", TRUST + "GetCertAuthorities");

  private static final String AGENT = "jtsh.agent.v1.AgentService/";
  private static final Set<String> FOR_KUBE_AGENTS =
      Set.of(
          AUTH + "Ping",
          AUTH + "GetClusterCACert",
          TRUST + "GetCertAuthorities",
          AGENT + "Heartbeat",
          AGENT + "Goodbye",
          AGENT + "Renew",
          AGENT + "WatchAccess",
          AGENT + "EmitAudit");

  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of(RequestId.HEADER, Metadata.ASCII_STRING_MARSHALLER);

  private final InstantSource clock;
  private final FailedCalls failed = new FailedCalls();

  CallGuard(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    Caller caller = call.getAttributes().get(CallerIdentification.CALLER);
    ServerCall<ReqT, RespT> told = new ToldCall<>(call, RequestId.sent(headers.get(REQUEST_ID)));
    try {
      check(caller, call.getMethodDescriptor().getFullMethodName());
    } catch (WireException e) {
      told.close(status(e), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), told, headers, next);
  }

  /** A call whose failure is written down under the caller's id of it. */
  private final class ToldCall<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
    private final Optional<RequestId> id;

    ToldCall(ServerCall<ReqT, RespT> call, Optional<RequestId> id) {
      super(call);
      this.id = id;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!status.isOk()) {
        failed.add(id, getMethodDescriptor().getFullMethodName(), status.getCode().name());
      }
      super.close(status, trailers);
    }
  }

  private void check(@org.jspecify.annotations.Nullable Caller caller, String method) {
    switch (caller) {
      case null -> throw denied("access denied");
      case Caller.Refused refused -> throw denied(refused.reason());
      case Caller.Anonymous anonymous -> checkListed(FOR_ANYBODY, method);
      case Caller.Host host -> {
        checkEnd(host.certificate());
        boolean kube = host.identity().roles().equals(List.of(KUBE_ROLE));
        checkListed(kube ? FOR_KUBE_AGENTS : FOR_HOSTS, method);
      }
      case Caller.User user -> {
        checkEnd(user.certificate());
        checkListed(user.isHeadless() ? FOR_HEADLESS : FOR_USERS, method);
      }
    }
  }

  private void checkEnd(X509Certificate certificate) {
    Instant now = clock.instant();
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw denied("access denied: client credentials have expired, please relogin.");
    }
  }

  private static void checkListed(Set<String> allowed, String method) {
    if (!allowed.contains(method)) {
      throw denied("access denied: this certificate may not call " + method);
    }
  }

  private static WireException denied(String message) {
    return new WireException(ErrorKind.ACCESS_DENIED, message);
  }

  /** How an error ends a call (teleport-wire §0.2). */
  static Status status(WireException e) {
    WireError error = e.error();
    return error.toGrpc().getStatus();
  }
}

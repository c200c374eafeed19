// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import com.google.errorprone.annotations.CompileTimeConstant;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.pki.channel.QuietLocalChannel;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.protocol.grpc.account.AccountServiceGrpc;
import dev.jtsh.protocol.grpc.account.RenewRecoveryCodesRequest;
import dev.jtsh.protocol.grpc.mfa.ChallengeAllowReuse;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.mfa.ChallengeScope;
import dev.jtsh.protocol.grpc.proto.AddMFADeviceSyncRequest;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc;
import dev.jtsh.protocol.grpc.proto.Certs;
import dev.jtsh.protocol.grpc.proto.ContextUser;
import dev.jtsh.protocol.grpc.proto.CreateAuthenticateChallengeRequest;
import dev.jtsh.protocol.grpc.proto.CreateRegisterChallengeRequest;
import dev.jtsh.protocol.grpc.proto.DeleteMFADeviceSyncRequest;
import dev.jtsh.protocol.grpc.proto.DeviceType;
import dev.jtsh.protocol.grpc.proto.DeviceUsage;
import dev.jtsh.protocol.grpc.proto.GetHeadlessAuthenticationRequest;
import dev.jtsh.protocol.grpc.proto.GetMFADevicesRequest;
import dev.jtsh.protocol.grpc.proto.IsMFARequiredRequest;
import dev.jtsh.protocol.grpc.proto.IsMFARequiredResponse;
import dev.jtsh.protocol.grpc.proto.ListResourcesRequest;
import dev.jtsh.protocol.grpc.proto.ListResourcesResponse;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateChallenge;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.MFARegisterChallenge;
import dev.jtsh.protocol.grpc.proto.MFARegisterResponse;
import dev.jtsh.protocol.grpc.proto.MFARequired;
import dev.jtsh.protocol.grpc.proto.Operation;
import dev.jtsh.protocol.grpc.proto.PaginatedResource;
import dev.jtsh.protocol.grpc.proto.PingRequest;
import dev.jtsh.protocol.grpc.proto.PingResponse;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.session.EndSessionRequest;
import dev.jtsh.protocol.grpc.session.HeadlessSession;
import dev.jtsh.protocol.grpc.session.ListSessionsRequest;
import dev.jtsh.protocol.grpc.session.SessionServiceGrpc;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.grpc.types.KubernetesClusterV3;
import dev.jtsh.protocol.grpc.types.MfaDevice;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.WireTime;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The auth server's API: gRPC over one TLS connection that the proxy passes through unopened. The
 * auth server's own certificate is verified against the cluster's host CA, so a proxy in between
 * can neither read nor change what is asked and answered here.
 *
 * <p>Calls block, each with a deadline; use them on virtual threads. Safe for many threads.
 */
public final class AuthClient implements AutoCloseable {
  private static final Duration CALL_TIME = Duration.ofSeconds(15);
  private static final Duration SHUTDOWN_TIME = Duration.ofSeconds(2);
  private static final int MESSAGE_BYTES_MAX = 4 << 20;
  private static final int PAGE_SIZE = 1000;
  private static final int PAGES_MAX = 50;

  private final AuthEndpoint endpoint;
  private final CallLog calls;
  private final ManagedChannel channel;
  private final Runnable closeRoute;
  private final AuthServiceGrpc.AuthServiceBlockingStub service;

  /** Set by the first answer: whoever hangs up after that does not refuse our certificate. */
  private volatile boolean answered;

  private AuthClient(
      AuthEndpoint endpoint, ManagedChannel channel, Runnable closeRoute, CallLog calls) {
    this.endpoint = endpoint;
    this.calls = calls;
    this.channel = channel;
    this.closeRoute = closeRoute;
    this.service = AuthServiceGrpc.newBlockingStub(channel);
  }

  /** Prepares a direct connection; it is made with the first call. */
  public static AuthClient open(AuthEndpoint endpoint) {
    return direct(endpoint, CallLog.silent());
  }

  private static AuthClient direct(AuthEndpoint endpoint, CallLog calls) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(endpoint.proxy().host(), endpoint.proxy().port());
    return new AuthClient(endpoint, channel(endpoint, builder), () -> {}, calls);
  }

  /**
   * Prepares a connection over a network; it is made with the first call. Blocks some seconds at
   * most, where it has to be found out first what the way needs.
   */
  public static AuthClient open(AuthEndpoint endpoint, Network network) {
    ClusterRoute route = network.route(endpoint.proxy());
    if (route.isDirect()) {
      return direct(endpoint, network.calls());
    }
    RouteRelay relay = RouteRelay.start(route);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(relay.address())
            .channelFactory(QuietLocalChannel::new)
            .eventLoopGroup(relay.eventLoops());
    return new AuthClient(endpoint, channel(endpoint, builder), relay::close, network.calls());
  }

  private static ManagedChannel channel(AuthEndpoint endpoint, NettyChannelBuilder builder) {
    List<String> alpn = ServiceNames.authAlpnList(endpoint.cluster());
    return builder
        .sslContext(TlsContexts.client(endpoint.identity(), endpoint.hostAuthorities(), alpn))
        .negotiationType(NegotiationType.TLS)
        // Sent as SNI and verified against the certificate.
        .overrideAuthority(ServiceNames.authServerName(endpoint.cluster()))
        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
        .proxyDetector(target -> null)
        .disableRetry()
        .intercept(new NamedCalls())
        .build();
  }

  /** Who answers, and which version. */
  public PingResponse ping() throws ClientException {
    return call("asking the auth server", () -> bounded().ping(PingRequest.getDefaultInstance()));
  }

  /**
   * The headless request with this id. An id that nobody asked for takes the server five seconds to
   * deny; the failure is then of kind NOT_FOUND, or says {@code context deadline exceeded}.
   */
  public HeadlessAuthentication getHeadlessAuthentication(String id) throws ClientException {
    return call(
        "looking up the headless request",
        () ->
            bounded()
                .getHeadlessAuthentication(
                    GetHeadlessAuthenticationRequest.newBuilder().setId(id).build()));
  }

  /**
   * Follows the user's pending headless requests until {@code sink} answers false, the thread is
   * interrupted or the server ends the stream.
   */
  public void watchPendingHeadless(Predicate<HeadlessAuthentication> sink) throws ClientException {
    call(
        "watching for headless requests",
        () -> {
          try (Context.CancellableContext context = Context.current().withCancellation()) {
            Context previous = context.attach();
            try {
              var events = service.watchPendingHeadlessAuthentications(Empty.getDefaultInstance());
              boolean more = true;
              while (more && events.hasNext()) {
                var event = events.next();
                if (event.getType() == Operation.PUT && event.hasHeadlessAuthentication()) {
                  more = sink.test(event.getHeadlessAuthentication());
                }
              }
              return Empty.getDefaultInstance();
            } finally {
              context.detach(previous);
            }
          }
        });
  }

  /**
   * A WebAuthn challenge for approving one headless request.
   *
   * @param factsDigest what the approver was shown; empty for a cluster that sends no facts
   * @param number what the approver read on the remote terminal; 0 for none
   */
  public MFAAuthenticateChallenge createHeadlessChallenge(
      String id, ByteString factsDigest, int number) throws ClientException {
    var extensions =
        ChallengeExtensions.newBuilder()
            .setScope(ChallengeScope.CHALLENGE_SCOPE_HEADLESS_LOGIN)
            .setAllowReuse(ChallengeAllowReuse.CHALLENGE_ALLOW_REUSE_NO)
            .setUserVerificationRequirement("required")
            .setJtshHeadlessId(id)
            .setJtshFactsDigest(factsDigest)
            .setJtshNumber(number);
    var request =
        CreateAuthenticateChallengeRequest.newBuilder()
            .setContextUser(ContextUser.getDefaultInstance())
            .setChallengeExtensions(extensions)
            .build();
    return call(
        "asking for a WebAuthn challenge", () -> bounded().createAuthenticateChallenge(request));
  }

  /** A WebAuthn challenge for a session on one Kubernetes cluster that wants a second factor. */
  public MFAAuthenticateChallenge createSessionChallenge(KubeClusterName kubeCluster)
      throws ClientException {
    var request =
        CreateAuthenticateChallengeRequest.newBuilder()
            .setContextUser(ContextUser.getDefaultInstance())
            .setMfaRequiredCheck(
                IsMFARequiredRequest.newBuilder().setKubernetesCluster(kubeCluster.value()))
            .setChallengeExtensions(
                ChallengeExtensions.newBuilder()
                    .setScope(ChallengeScope.CHALLENGE_SCOPE_USER_SESSION)
                    .setAllowReuse(ChallengeAllowReuse.CHALLENGE_ALLOW_REUSE_NO))
            .build();
    return call(
        "asking for a WebAuthn challenge", () -> bounded().createAuthenticateChallenge(request));
  }

  /**
   * Approves a headless request with a signed challenge.
   *
   * @param number what the approver read on the remote terminal; 0 for none
   * @return the code that the approver types there, which must be shown; empty when none is asked
   *     for
   */
  public String approveHeadless(
      String id, MFAAuthenticateResponse response, ByteString factsDigest, int number)
      throws ClientException {
    var request =
        UpdateHeadlessAuthenticationStateRequest.newBuilder()
            .setId(id)
            .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED)
            .setMfaResponse(response)
            .setJtshFactsDigest(factsDigest)
            .setJtshNumber(number)
            .setJtshShowsCode(true)
            .build();
    return call(
            "approving the headless request",
            () -> bounded().updateHeadlessAuthenticationState(request))
        .getJtshCode();
  }

  /**
   * Denies a headless request; needs no second factor.
   *
   * @param report whether the user never asked for it; only a jtsh-cluster knows that
   */
  public void denyHeadless(String id, boolean report) throws ClientException {
    var request =
        UpdateHeadlessAuthenticationStateRequest.newBuilder()
            .setId(id)
            .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_DENIED)
            .setJtshReport(report)
            .build();
    call(
        "denying the headless request", () -> bounded().updateHeadlessAuthenticationState(request));
  }

  /** The second factors of this user. */
  public List<MfaDevice> listMfaDevices() throws ClientException {
    return call(
            "asking for your keys",
            () -> bounded().getMFADevices(GetMFADevicesRequest.getDefaultInstance()))
        .getDevicesList();
  }

  /** A challenge that a registered key signs before keys are changed. */
  public MFAAuthenticateChallenge createManageChallenge() throws ClientException {
    var request =
        CreateAuthenticateChallengeRequest.newBuilder()
            .setContextUser(ContextUser.getDefaultInstance())
            .setChallengeExtensions(
                ChallengeExtensions.newBuilder()
                    .setScope(ChallengeScope.CHALLENGE_SCOPE_MANAGE_DEVICES)
                    .setAllowReuse(ChallengeAllowReuse.CHALLENGE_ALLOW_REUSE_NO))
            .build();
    return call(
        "asking for a WebAuthn challenge", () -> bounded().createAuthenticateChallenge(request));
  }

  /**
   * What a new second factor must answer.
   *
   * @param existing the answer of one that is registered; the default instance when there is none
   */
  public MFARegisterChallenge createRegisterChallenge(
      DeviceType type, MFAAuthenticateResponse existing) throws ClientException {
    var request =
        CreateRegisterChallengeRequest.newBuilder()
            .setDeviceType(type)
            .setDeviceUsage(DeviceUsage.DEVICE_USAGE_MFA)
            .setExistingMfaResponse(existing)
            .build();
    return call("registering the key", () -> bounded().createRegisterChallenge(request));
  }

  /** Registers a second factor under this name. */
  public MfaDevice addMfaDevice(String name, MFARegisterResponse response) throws ClientException {
    var request =
        AddMFADeviceSyncRequest.newBuilder()
            .setNewDeviceName(name)
            .setNewMfaResponse(response)
            .setDeviceUsage(DeviceUsage.DEVICE_USAGE_MFA)
            .build();
    return call("registering the key", () -> bounded().addMFADeviceSync(request)).getDevice();
  }

  /** Removes one, by name or id. */
  public void removeMfaDevice(String nameOrId, MFAAuthenticateResponse existing)
      throws ClientException {
    var request =
        DeleteMFADeviceSyncRequest.newBuilder()
            .setDeviceName(nameOrId)
            .setExistingMfaResponse(existing)
            .build();
    call("removing the key", () -> bounded().deleteMFADeviceSync(request));
  }

  /**
   * New recovery codes in the place of the old, to be shown once; only a jtsh-cluster has them.
   *
   * @param existing a registered key's answer to {@link #createManageChallenge}
   */
  public List<String> renewRecoveryCodes(MFAAuthenticateResponse existing) throws ClientException {
    var request = RenewRecoveryCodesRequest.newBuilder().setExistingMfaResponse(existing).build();
    return call(
            "making recovery codes",
            () ->
                AccountServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(CALL_TIME.toMillis(), TimeUnit.MILLISECONDS)
                    .renewRecoveryCodes(request))
        .getCodesList();
  }

  /** This user's live headless sessions; only a jtsh-cluster knows them. */
  public List<HeadlessSession> listSessions() throws ClientException {
    return call(
            "asking for your sessions",
            () -> sessions().listSessions(ListSessionsRequest.getDefaultInstance()))
        .getSessionsList();
  }

  /** Ends one of this user's headless sessions at once. */
  public void endSession(String id) throws ClientException {
    call(
        "ending the session",
        () -> sessions().endSession(EndSessionRequest.newBuilder().setId(id).build()));
  }

  /** Whether the cluster wants another second factor for sessions on this Kubernetes cluster. */
  public boolean isMfaRequired(KubeClusterName kubeCluster) throws ClientException {
    var request =
        IsMFARequiredRequest.newBuilder().setKubernetesCluster(kubeCluster.value()).build();
    IsMFARequiredResponse response =
        call(
            "asking whether a session needs a second factor",
            () -> bounded().isMFARequired(request));
    return response.getRequired() || response.getMfaRequired() == MFARequired.MFA_REQUIRED_YES;
  }

  /**
   * The Kubernetes clusters the user may see, each once, by name.
   *
   * @param labels all of these must fit; may be empty
   * @param predicate Teleport's predicate expression; may be empty
   */
  public List<KubeCluster> listKubeClusters(Map<String, String> labels, String predicate)
      throws ClientException {
    var found = new TreeMap<String, KubeCluster>();
    String startKey = "";
    for (int page = 0; page < PAGES_MAX; page++) {
      // No sort order and no total count: older servers refuse both for this kind.
      var request =
          ListResourcesRequest.newBuilder()
              .setResourceType("kube_server")
              .setNamespace("default")
              .setLimit(PAGE_SIZE)
              .setStartKey(startKey)
              .putAllLabels(labels)
              .setPredicateExpression(predicate)
              .build();
      ListResourcesResponse response =
          call("listing Kubernetes clusters", () -> bounded().listResources(request));
      for (PaginatedResource resource : response.getResourcesList()) {
        add(found, resource);
      }
      startKey = response.getNextKey();
      if (startKey.isEmpty()) {
        return List.copyOf(found.values());
      }
    }
    throw new ClientException.BadAnswer(
        SafeText.literal("listing Kubernetes clusters: the cluster names more than 50,000"), null);
  }

  /**
   * Has a certificate made for one Kubernetes cluster, and checks that it is for the key asked for.
   *
   * @return the leaf certificate alone
   */
  public X509Certificate issueKubeCertificate(KubeCertificateRequest request)
      throws ClientException {
    var wire =
        UserCertsRequest.newBuilder()
            .setUsername(request.username())
            .setExpires(WireTime.timestamp(request.expires()))
            .setRouteToCluster(endpoint.cluster())
            .setKubernetesCluster(request.kubeCluster().value())
            .setUsage(UserCertsRequest.CertUsage.KUBERNETES)
            .setRequesterName(request.requester());
    request
        .mfa()
        .ifPresent(answer ->
            wire.setPurpose(UserCertsRequest.CertPurpose.CERT_PURPOSE_SINGLE_USE_CERTS)
                .setMfaResponse(answer));
    if (endpoint.version().takesTwoKeys()) {
      wire.setTlsPublicKey(PublicKeyPem.encode(request.key()));
    } else {
      wire.setPublicKey(ByteString.copyFrom(SshPublicKey.authorizedKeysLine(request.key())));
    }
    Certs certs =
        call(
            "asking for a Kubernetes certificate", () -> bounded().generateUserCerts(wire.build()));
    try {
      X509Certificate certificate = Pem.certificate(certs.getTls().toByteArray());
      if (!certificate.getPublicKey().equals(request.key())) {
        throw new ClientException.BadAnswer(
            SafeText.literal("asking for a Kubernetes certificate: it came for another key"), null);
      }
      return certificate;
    } catch (PkiException e) {
      throw new ClientException.BadAnswer(
          SafeText.literal("asking for a Kubernetes certificate: the answer cannot be read"), e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(SHUTDOWN_TIME.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeRoute.run();
  }

  private AuthServiceGrpc.AuthServiceBlockingStub bounded() {
    return service.withDeadlineAfter(CALL_TIME.toMillis(), TimeUnit.MILLISECONDS);
  }

  private SessionServiceGrpc.SessionServiceBlockingStub sessions() {
    return SessionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_TIME.toMillis(), TimeUnit.MILLISECONDS);
  }

  private <T> T call(@CompileTimeConstant final String action, Supplier<T> call)
      throws ClientException {
    SafeText what = SafeText.literal(action);
    CallLog.Call told = calls.begin(what, SafeText.literal("gRPC"), endpoint.proxy());
    Context named = Context.current().withValue(NamedCalls.ID, told.id());
    Context before = named.attach();
    try {
      T answer = call.get();
      answered = true;
      told.answered(SafeText.literal("answered"));
      return answer;
    } catch (StatusRuntimeException e) {
      throw told.failed(CallFailures.of(what, endpoint.proxy(), e, answered));
    } finally {
      named.detach(before);
    }
  }

  private static void add(Map<String, KubeCluster> found, PaginatedResource resource) {
    KubernetesClusterV3 cluster =
        resource.hasKubernetesServer()
            ? resource.getKubernetesServer().getSpec().getCluster()
            : resource.getKubeCluster();
    String name = cluster.getMetadata().getName();
    // A name outside the pattern could become a path, a YAML line or a prompt: it is not offered.
    KubeClusterName.of(name)
        .ifPresent(valid ->
            found.putIfAbsent(name, new KubeCluster(valid, cluster.getMetadata().getLabelsMap())));
  }
}

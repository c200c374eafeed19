// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.Empty;
import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.mfa.ChallengeScope;
import dev.jtsh.protocol.grpc.proto.AddMFADeviceSyncRequest;
import dev.jtsh.protocol.grpc.proto.AddMFADeviceSyncResponse;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc;
import dev.jtsh.protocol.grpc.proto.Certs;
import dev.jtsh.protocol.grpc.proto.CreateAuthenticateChallengeRequest;
import dev.jtsh.protocol.grpc.proto.CreateRegisterChallengeRequest;
import dev.jtsh.protocol.grpc.proto.DeleteMFADeviceSyncRequest;
import dev.jtsh.protocol.grpc.proto.DeviceType;
import dev.jtsh.protocol.grpc.proto.Event;
import dev.jtsh.protocol.grpc.proto.Features;
import dev.jtsh.protocol.grpc.proto.GetClusterCACertResponse;
import dev.jtsh.protocol.grpc.proto.GetHeadlessAuthenticationRequest;
import dev.jtsh.protocol.grpc.proto.GetMFADevicesRequest;
import dev.jtsh.protocol.grpc.proto.GetMFADevicesResponse;
import dev.jtsh.protocol.grpc.proto.IsMFARequiredRequest;
import dev.jtsh.protocol.grpc.proto.IsMFARequiredResponse;
import dev.jtsh.protocol.grpc.proto.ListResourcesRequest;
import dev.jtsh.protocol.grpc.proto.ListResourcesResponse;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateChallenge;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.MFARegisterChallenge;
import dev.jtsh.protocol.grpc.proto.MFARequired;
import dev.jtsh.protocol.grpc.proto.Operation;
import dev.jtsh.protocol.grpc.proto.PingRequest;
import dev.jtsh.protocol.grpc.proto.PingResponse;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateResponse;
import dev.jtsh.protocol.grpc.proto.UserCertsRequest;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.SignatureAlgorithmSuite;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of {@code proto.AuthService}. Who may make which call was decided before ({@link
 * CallGuard}); here it is decided for whom and about what. Runs on virtual threads.
 */
final class AuthCalls extends AuthServiceGrpc.AuthServiceImplBase {
  private static final Logger logger = LoggerFactory.getLogger(AuthCalls.class);
  private static final int ID_CHARS_MAX = 64;

  private final Auth auth;
  private final KubeListing listing;

  AuthCalls(Auth auth) {
    this.auth = auth;
    this.listing = new KubeListing(auth);
  }

  static <T> void answer(StreamObserver<T> responses, AnswerOf<T> work) {
    T result;
    try {
      result = work.compute();
    } catch (WireException e) {
      responses.onError(e.error().toGrpc());
      return;
    } catch (RuntimeException e) {
      logger.error("a call failed", e);
      responses.onError(new WireException(ErrorKind.INTERNAL, "internal error").error().toGrpc());
      return;
    }
    responses.onNext(result);
    responses.onCompleted();
  }

  /** Work with one result. */
  interface AnswerOf<T> {
    T compute();
  }

  @Override
  public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
    answer(
        responses,
        () ->
            PingResponse.newBuilder()
                .setClusterName(auth.settings().clusterName())
                .setServerVersion(AuthSettings.SERVER_VERSION)
                .setServerFeatures(Features.newBuilder().setKubernetes(true))
                .setProxyPublicAddr(auth.publicAddress())
                .setRemoteAddr(Addresses.ipAndPort(CallGuard.CALLER.get().remote()))
                .setSignatureAlgorithmSuite(
                    SignatureAlgorithmSuite.SIGNATURE_ALGORITHM_SUITE_BALANCED_V1)
                .build());
  }

  @Override
  public void getClusterCACert(Empty request, StreamObserver<GetClusterCACertResponse> responses) {
    answer(
        responses,
        () ->
            GetClusterCACertResponse.newBuilder()
                .setTlsCa(CertificateIssuer.pem(auth.authorities().host().certificate()))
                .build());
  }

  @Override
  public void getHeadlessAuthentication(
      GetHeadlessAuthenticationRequest request, StreamObserver<HeadlessAuthentication> responses) {
    answer(
        responses,
        () -> {
          Caller.User caller = user();
          auth.certificates().holder(caller);
          return auth.approvals()
              .get(caller.identity().username(), checkedId(request.getId()))
              .toProto(auth.approvals().isNumberRequired());
        });
  }

  @Override
  public void watchPendingHeadlessAuthentications(Empty request, StreamObserver<Event> responses) {
    var stream = (ServerCallStreamObserver<Event>) responses;
    // Delivered by the watch thread and by this one: the observer wants one at a time.
    var one = new Object();
    try {
      Caller.User caller = user();
      auth.certificates().holder(caller);
      stream.onNext(Event.newBuilder().setType(Operation.INIT).build());
      AutoCloseable watch =
          auth.approvals()
              .watchPending(
                  caller.identity().username(),
                  record -> {
                    synchronized (one) {
                      send(stream, caller, record);
                    }
                  });
      stream.setOnCloseHandler(() -> close(watch));
      stream.setOnCancelHandler(() -> close(watch));
      if (stream.isCancelled()) {
        close(watch);
      }
    } catch (WireException e) {
      stream.onError(e.error().toGrpc());
    }
  }

  private void send(
      ServerCallStreamObserver<Event> stream, Caller.User caller, HeadlessRecord record) {
    if (stream.isCancelled()) {
      return;
    }
    if (auth.clock().instant().isAfter(caller.certificate().getNotAfter().toInstant())) {
      stream.onError(
          new WireException(
                  ErrorKind.ACCESS_DENIED,
                  "access denied: client credentials have expired, please relogin.")
              .error()
              .toGrpc());
      return;
    }
    stream.onNext(
        Event.newBuilder()
            .setType(Operation.PUT)
            .setHeadlessAuthentication(record.toProto(auth.approvals().isNumberRequired()))
            .build());
  }

  private static void close(AutoCloseable watch) {
    try {
      watch.close();
    } catch (Exception e) {
      logger.warn("could not close a watch", e);
    }
  }

  @Override
  public void updateHeadlessAuthenticationState(
      UpdateHeadlessAuthenticationStateRequest request,
      StreamObserver<UpdateHeadlessAuthenticationStateResponse> responses) {
    answer(
        responses,
        () -> {
          Caller.User caller = user();
          auth.certificates().holder(caller);
          boolean approve =
              switch (request.getState()) {
                case HEADLESS_AUTHENTICATION_STATE_APPROVED -> true;
                case HEADLESS_AUTHENTICATION_STATE_DENIED -> false;
                default ->
                    throw new WireException(
                        ErrorKind.ACCESS_DENIED,
                        "cannot update a headless authentication state to "
                            + request.getStateValue());
              };
          if (approve
              && request.hasMfaResponse()
              && request.getMfaResponse().getResponseCase()
                  != MFAAuthenticateResponse.ResponseCase.RESPONSE_NOT_SET
              && !request.getMfaResponse().hasWebauthn()) {
            throw new WireException(
                ErrorKind.BAD_PARAMETER,
                "expected WebAuthn challenge response, but got "
                    + request.getMfaResponse().getResponseCase());
          }
          var decision =
              new HeadlessApprovals.Decision(
                  checkedId(request.getId()),
                  approve,
                  request.getJtshFactsDigest(),
                  request.getJtshNumber(),
                  request.getJtshReport(),
                  request.getJtshShowsCode(),
                  GrpcWebauthn.answer(request.getMfaResponse()));
          String code =
              auth.approvals()
                  .decide(
                      caller.identity().username(), caller.session(), caller.remote(), decision);
          return UpdateHeadlessAuthenticationStateResponse.newBuilder().setJtshCode(code).build();
        });
  }

  @Override
  public void createAuthenticateChallenge(
      CreateAuthenticateChallengeRequest request,
      StreamObserver<MFAAuthenticateChallenge> responses) {
    answer(responses, () -> challenge(user(), request));
  }

  private MFAAuthenticateChallenge challenge(
      Caller.User caller, CreateAuthenticateChallengeRequest request) {
    UserCertificates.Holder holder = auth.certificates().holder(caller);
    if (!request.hasContextUser() && request.getRequestCase().getNumber() != 0) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER, "only challenges for the calling user are given here");
    }
    var challenge = MFAAuthenticateChallenge.newBuilder();
    if (request.hasMfaRequiredCheck()) {
      boolean required = listing.isMfaRequired(holder.roles(), request.getMfaRequiredCheck());
      challenge.setMfaRequired(
          required ? MFARequired.MFA_REQUIRED_YES : MFARequired.MFA_REQUIRED_NO);
      if (!required) {
        return challenge.build();
      }
    }
    ChallengeExtensions extensions = request.getChallengeExtensions();
    String user = caller.identity().username();
    if (extensions.getScope() == ChallengeScope.CHALLENGE_SCOPE_MANAGE_DEVICES) {
      return challenge
          .setWebauthnChallenge(
              GrpcWebauthn.challenge(auth.securityKeys().challenge(user, caller.session())))
          .build();
    }
    var asked =
        extensions.getScope() == ChallengeScope.CHALLENGE_SCOPE_USER_SESSION
                || request.hasMfaRequiredCheck()
            ? auth.webauthn()
                .challenge(
                    Optional.of(holder.user()),
                    Challenges.Purpose.of(user, caller.session(), Challenges.Scope.USER_SESSION))
            : headlessChallenge(caller, extensions);
    return challenge.setWebauthnChallenge(GrpcWebauthn.challenge(asked)).build();
  }

  /** Clients older than scopes leave the scope out; what they ask for then is an approval. */
  private dev.jtsh.protocol.web.WebauthnChallengeJson headlessChallenge(
      Caller.User caller, ChallengeExtensions extensions) {
    boolean unsaid = extensions.getScope() == ChallengeScope.CHALLENGE_SCOPE_UNSPECIFIED;
    if (extensions.getScope() != ChallengeScope.CHALLENGE_SCOPE_HEADLESS_LOGIN
        && !(unsaid
            && auth.settings().headlessApproval() == AuthSettings.HeadlessApproval.COMPATIBLE)) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER, "challenge scope must be HEADLESS_LOGIN or USER_SESSION");
    }
    if (extensions.getJtshHeadlessId().length() > ID_CHARS_MAX) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "headless id is too long");
    }
    return auth.approvals()
        .challenge(
            caller.identity().username(),
            caller.session(),
            caller.remote(),
            new HeadlessApprovals.Asked(
                extensions.getJtshHeadlessId(),
                extensions.getJtshFactsDigest(),
                extensions.getJtshNumber()));
  }

  @Override
  public void getMFADevices(
      GetMFADevicesRequest request, StreamObserver<GetMFADevicesResponse> responses) {
    answer(
        responses,
        () -> {
          Caller.User caller = user();
          auth.certificates().holder(caller);
          String user = caller.identity().username();
          var devices = GetMFADevicesResponse.newBuilder();
          auth.securityKeys()
              .list(user)
              .forEach(key -> devices.addDevices(GrpcWebauthn.device(key)));
          auth.oneTimeCodes()
              .of(user)
              .ifPresent(app -> devices.addDevices(GrpcWebauthn.device(app)));
          return devices.build();
        });
  }

  @Override
  public void createRegisterChallenge(
      CreateRegisterChallengeRequest request, StreamObserver<MFARegisterChallenge> responses) {
    answer(
        responses,
        () -> {
          Caller.User caller = user();
          auth.certificates().holder(caller);
          if (!request.getTokenId().isEmpty()
              || (request.getDeviceType() != DeviceType.DEVICE_TYPE_WEBAUTHN
                  && request.getDeviceType() != DeviceType.DEVICE_TYPE_TOTP)) {
            throw new WireException(
                ErrorKind.BAD_PARAMETER, "this cluster takes WebAuthn keys, for the caller only");
          }
          String user = caller.identity().username();
          if (request.getDeviceType() == DeviceType.DEVICE_TYPE_TOTP) {
            OneTimeCodes.Registration made =
                auth.oneTimeCodes()
                    .create(
                        user,
                        caller.session(),
                        GrpcWebauthn.answer(request.getExistingMfaResponse()));
            return MFARegisterChallenge.newBuilder()
                .setTotp(GrpcWebauthn.registration(made, auth.settings().clusterName(), user))
                .build();
          }
          return MFARegisterChallenge.newBuilder()
              .setWebauthn(
                  GrpcWebauthn.creation(
                      auth.securityKeys()
                          .create(
                              caller.identity().username(),
                              caller.session(),
                              GrpcWebauthn.answer(request.getExistingMfaResponse()))))
              .build();
        });
  }

  @Override
  public void addMFADeviceSync(
      AddMFADeviceSyncRequest request, StreamObserver<AddMFADeviceSyncResponse> responses) {
    answer(
        responses,
        () -> {
          Caller.User caller = user();
          auth.certificates().holder(caller);
          if (request.getTokenId().isEmpty() && request.getNewMfaResponse().hasTotp()) {
            return AddMFADeviceSyncResponse.newBuilder()
                .setDevice(GrpcWebauthn.device(addApp(caller, request)))
                .build();
          }
          if (!request.getTokenId().isEmpty() || !request.getNewMfaResponse().hasWebauthn()) {
            throw new WireException(ErrorKind.BAD_PARAMETER, "expected a WebAuthn response");
          }
          MfaDevice added =
              auth.securityKeys()
                  .add(
                      caller.identity().username(),
                      caller.session(),
                      request.getNewDeviceName(),
                      GrpcWebauthn.attestation(request.getNewMfaResponse().getWebauthn()),
                      caller.remote());
          return AddMFADeviceSyncResponse.newBuilder()
              .setDevice(GrpcWebauthn.device(added))
              .build();
        });
  }

  private TotpDevice addApp(Caller.User caller, AddMFADeviceSyncRequest request) {
    var answer = request.getNewMfaResponse().getTotp();
    return auth.oneTimeCodes()
        .add(
            caller.identity().username(),
            caller.session(),
            answer.getId(),
            request.getNewDeviceName(),
            answer.getCode(),
            caller.remote());
  }

  @Override
  public void deleteMFADeviceSync(
      DeleteMFADeviceSyncRequest request, StreamObserver<Empty> responses) {
    answer(
        responses,
        () -> {
          Caller.User caller = user();
          auth.certificates().holder(caller);
          if (!request.getTokenId().isEmpty()) {
            throw new WireException(ErrorKind.BAD_PARAMETER, "only for the caller");
          }
          String user = caller.identity().username();
          var existing = GrpcWebauthn.answer(request.getExistingMfaResponse());
          Optional<TotpDevice> app =
              auth.oneTimeCodes()
                  .of(user)
                  .filter(a ->
                      a.name().equals(request.getDeviceName())
                          || a.id().equals(request.getDeviceName()));
          if (app.isPresent()) {
            auth.oneTimeCodes()
                .remove(user, caller.session(), app.get(), existing, caller.remote());
          } else {
            auth.securityKeys()
                .remove(user, caller.session(), request.getDeviceName(), existing, caller.remote());
          }
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void isMFARequired(
      IsMFARequiredRequest request, StreamObserver<IsMFARequiredResponse> responses) {
    answer(
        responses,
        () -> {
          Caller.User caller = user();
          List<Role> roles = auth.certificates().holder(caller).roles();
          // The approval of a headless login was the proof; its certificates carry the device.
          boolean required = !caller.isHeadless() && listing.isMfaRequired(roles, request);
          var response = IsMFARequiredResponse.newBuilder();
          return required
              ? response.setRequired(true).setMfaRequired(MFARequired.MFA_REQUIRED_YES).build()
              : response.setMfaRequired(MFARequired.MFA_REQUIRED_NO).build();
        });
  }

  @Override
  public void generateUserCerts(UserCertsRequest request, StreamObserver<Certs> responses) {
    answer(
        responses,
        () ->
            auth.certificates()
                .generate(user(), request, GrpcWebauthn.answer(request.getMfaResponse())));
  }

  @Override
  public void listResources(
      ListResourcesRequest request, StreamObserver<ListResourcesResponse> responses) {
    answer(
        responses,
        () -> {
          Caller.User caller = user();
          List<Role> roles = auth.certificates().holder(caller).roles();
          Optional<Grant> grant = caller.isHeadless() ? auth.grants().of(caller) : Optional.empty();
          if (caller.isHeadless() && grant.isEmpty()) {
            throw new WireException(
                ErrorKind.ACCESS_DENIED, "access denied: no live grant for this certificate");
          }
          return listing.list(
              request,
              (KubeClusterRecord cluster) ->
                  KubeAccess.reaches(roles, cluster)
                      && grant
                          .map(g -> g.covers(cluster.name(), auth.clock().instant()))
                          .orElse(true));
        });
  }

  private static Caller.User user() {
    if (CallGuard.CALLER.get() instanceof Caller.User user) {
      return user;
    }
    throw new WireException(ErrorKind.ACCESS_DENIED, "access denied: a user certificate is needed");
  }

  private static String checkedId(String id) {
    if (id.isEmpty() || id.length() > ID_CHARS_MAX || !id.matches("[0-9a-f-]+")) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "malformed headless authentication id");
    }
    return id;
  }
}

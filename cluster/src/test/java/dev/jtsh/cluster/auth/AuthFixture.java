// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.cluster.storage.MemoryBackend;
import dev.jtsh.pki.HeadlessId;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.mfa.ChallengeExtensions;
import dev.jtsh.protocol.grpc.mfa.ChallengeScope;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc;
import dev.jtsh.protocol.grpc.proto.ContextUser;
import dev.jtsh.protocol.grpc.proto.CreateAuthenticateChallengeRequest;
import dev.jtsh.protocol.grpc.proto.GetHeadlessAuthenticationRequest;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.UpdateHeadlessAuthenticationStateRequest;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessAuthenticationState;
import dev.jtsh.protocol.grpc.webauthn.AuthenticatorAssertionResponse;
import dev.jtsh.protocol.grpc.webauthn.CredentialAssertionResponse;
import dev.jtsh.protocol.grpc.webauthn.CredentialDescriptor;
import dev.jtsh.protocol.headless.ApprovalFacts;
import dev.jtsh.protocol.headless.FactsDigest;
import dev.jtsh.protocol.headless.MatchNumber;
import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.protocol.web.HeadlessCodeRequest;
import dev.jtsh.protocol.web.HeadlessCodeResponse;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.HeadlessNumberResponse;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.MfaLoginFinishRequest;
import dev.jtsh.protocol.web.Password;
import dev.jtsh.protocol.web.SignupBeginRequest;
import dev.jtsh.protocol.web.SignupFinishRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.protocol.web.WebauthnCreationJson;
import dev.jtsh.tests.fixtures.FakeClock;
import dev.jtsh.tests.fixtures.webauthn.Assertion;
import dev.jtsh.tests.fixtures.webauthn.Registration;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** An auth service with a gRPC port, a moving clock, and people with security keys. */
public final class AuthFixture implements AutoCloseable {
  public static final String CLUSTER = "root";
  public static final String ADDRESS = "localhost:3080";
  public static final String ORIGIN = "https://" + ADDRESS;
  public static final String PASSWORD = "correct horse battery";
  public static final InetSocketAddress LAPTOP = address("192.0.2.10", 40001);
  public static final InetSocketAddress SERVER = address("198.51.100.20", 40002);

  /** TLS peers check the real time, so the clock starts at it. */
  public final FakeClock clock;

  final RecordingAuditSink audit = new RecordingAuditSink();
  public final Auth auth;
  private @Nullable AuthGrpcServer grpc;
  private final SecureRandom random = new SecureRandom();
  final Backend backend;
  private final AuditLog log;
  private final List<ManagedChannel> opened = new ArrayList<>();
  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();

  public AuthFixture(Path directory) throws Exception {
    this(directory, AuthSettings.defaults(CLUSTER, "localhost"));
  }

  public AuthFixture(Path directory, AuthSettings settings) throws Exception {
    this(directory, settings, new FakeClock(Instant.now()));
  }

  public AuthFixture(Path directory, AuthSettings settings, FakeClock clock) throws Exception {
    this.clock = clock;
    this.backend = new MemoryBackend(clock);
    this.log = new AuditLog(CLUSTER, clock, List.of(audit));
    auth = Auth.open(settings, () -> ADDRESS, backend, directory, log, clock, random);
    auth.roles()
        .put(
            Role.named("dev")
                .withKubernetes(
                    List.of("kube-dev"), List.of("developers"), Map.of("env", List.of("dev"))));
    serve("c1", Map.of("env", "dev"));
    serve("c2", Map.of("env", "dev"));
    serve("prod", Map.of("env", "prod"));
  }

  /** Lets an agent announce a kube cluster. */
  void serve(String name, Map<String, String> labels) {
    var agent =
        new HostIdentity(
            UUID.randomUUID().toString(),
            CLUSTER,
            List.of("Kube"),
            List.of(),
            List.of(),
            List.of(name));
    var outcome = auth.presence().heartbeat(agent, name, labels, "agent-host");
    if (!(outcome instanceof KubePresence.Outcome.Counted)) {
      throw new IllegalStateException(outcome.toString());
    }
  }

  /** A user who has redeemed the invite. */
  public Person enroll(String name, String... roles) {
    var added = (Users.Addition.Invited) auth.users().add(name, List.of(roles));
    return signUp(name, added.invite()).person();
  }

  /** A person, and the recovery codes that were shown, if there are any. */
  public record SignedUp(Person person, List<String> recoveryCodes) {}

  /** Redeems an invite with a new key. */
  public SignedUp signUp(String name, String invite) {
    var key = new SoftwareAuthenticator(random);
    var begin = auth.signups().begin(SignupBeginRequest.of(invite), LAPTOP);
    var done =
        auth.signups()
            .finish(
                new SignupFinishRequest(
                    invite,
                    Password.copyOf(PASSWORD.toCharArray()),
                    "yubi",
                    attestation(key, begin.webauthn())),
                LAPTOP);
    return new SignedUp(new Person(name, key), done.recoveryCodes());
  }

  /** What a new key answers. */
  public static WebauthnAttestationJson attestation(
      SoftwareAuthenticator key, WebauthnCreationJson asked) {
    var options = asked.publicKey();
    Registration made =
        key.register(
            "localhost",
            ORIGIN,
            options.challenge().toByteArray(),
            options.user().id().toByteArray());
    return WebauthnAttestationJson.of(
        ByteString.copyFrom(made.credentialId()),
        new WebauthnAttestationJson.Response(
            ByteString.copyFrom(made.clientDataJson()),
            ByteString.copyFrom(made.attestationObject())));
  }

  /** A connection to auth with this certificate, or none. */
  AuthServiceGrpc.AuthServiceBlockingStub connect(
      @Nullable HeldKey key, @Nullable X509Certificate certificate) {
    ManagedChannel channel = channel(key, certificate);
    return AuthServiceGrpc.newBlockingStub(channel);
  }

  /** The port of the auth API, opened when first asked for. */
  public int port() throws IOException {
    if (grpc == null) {
      grpc = AuthGrpcServer.start(auth, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }
    return grpc.port();
  }

  ManagedChannel channel(@Nullable HeldKey key, @Nullable X509Certificate certificate) {
    int port;
    try {
      port = port();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    TlsIdentity identity =
        key == null ? null : TlsIdentity.of(key, Objects.requireNonNull(certificate));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .sslContext(
                TlsContexts.client(
                    identity, auth.hostAnchors(), ServiceNames.authAlpnList(CLUSTER)))
            .overrideAuthority(ServiceNames.authServerName(CLUSTER))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    opened.add(channel);
    return channel;
  }

  /** What a headless client sends. */
  public final class RemoteBox {
    final HeldKey key = HeldKey.generate(KeyKind.P256);
    final ByteString ssh = ByteString.copyFrom(SshPublicKey.authorizedKeysLine(key.publicKey()));
    public final String id = HeadlessId.of(ssh.toByteArray()).toString();
    final ByteString tlsPem = pem(key.publicKey());

    private final ByteString opening = randomBytes();

    public HeadlessLoginRequest request(String user, HeadlessFactsJson facts) {
      return HeadlessLoginRequest.withTwoKeys(
          user, id, ssh, tlsPem, Duration.ofHours(10), "", facts.committed(commitment()));
    }

    public CompletionStage<SshLoginResponse> post(String user, HeadlessFactsJson facts) {
      var answer = auth.headless().submit(request(user, facts), SERVER, new CompletableFuture<>());
      if (!answer.toCompletableFuture().isDone()) {
        agreeOnNumber(user, facts);
      }
      return answer;
    }

    /** What the client does while its request waits; the number is what its terminal shows. */
    public int agreeOnNumber(String user, HeadlessFactsJson facts) {
      return agreeOnNumber(request(user, facts));
    }

    /** The same for a request that was made elsewhere with this box's commitment. */
    int agreeOnNumber(HeadlessLoginRequest posted) {
      HeadlessNumberResponse theirs = clustersPart(posted);
      if (theirs.needless()) {
        return 0;
      }
      auth.headlessNumber(new HeadlessNumberRequest(posted.user(), posted.headlessId(), opening));
      int number = MatchNumber.of(posted, opening, theirs.nonce(), theirs.hostAuthority());
      numbers.put(posted.headlessId(), number);
      return number;
    }

    ByteString commitment() {
      return MatchNumber.commitment(opening);
    }

    /** What the client does with a code that was typed at its terminal. */
    HeadlessCodeResponse type(String user, String code) {
      return auth.reverseCodes().take(new HeadlessCodeRequest(user, id, opening, code), SERVER);
    }

    /** Waits for the request, which may be on its way on another thread. */
    private HeadlessNumberResponse clustersPart(HeadlessLoginRequest posted) {
      var ask = new HeadlessNumberRequest(posted.user(), posted.headlessId(), ByteString.EMPTY);
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (true) {
        try {
          return auth.headlessNumber(ask);
        } catch (WireException e) {
          if (System.nanoTime() > end) {
            throw e;
          }
          Thread.onSpinWait();
        }
      }
    }

    AuthServiceGrpc.AuthServiceBlockingStub connect(SshLoginResponse login) {
      return AuthFixture.this.connect(key, Pem.certificate(login.tlsCert().toByteArray()));
    }
  }

  /** The number that the terminal of this request shows; 0 for none. */
  public int shownNumber(String id) {
    return numbers.getOrDefault(id, 0);
  }

  private ByteString randomBytes() {
    byte[] bytes = new byte[MatchNumber.PART_BYTES];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  public static HeadlessFactsJson facts(String... clusters) {
    return new HeadlessFactsJson(
        "build-7", "deploy", List.of(clusters), Map.of(), "", false, "", Duration.ofHours(8));
  }

  /** Somebody with a password and a security key. */
  public final class Person {
    final String name;
    final SoftwareAuthenticator securityKey;
    final HeldKey key = HeldKey.generate(KeyKind.P256);

    Person(String name, SoftwareAuthenticator securityKey) {
      this.name = name;
      this.securityKey = securityKey;
    }

    public String name() {
      return name;
    }

    SshLoginResponse login(Duration ttl) {
      var begin =
          auth.logins()
              .begin(
                  new MfaLoginBeginRequest(name, Password.copyOf(PASSWORD.toCharArray()), false),
                  LAPTOP);
      return auth.logins()
          .finish(finish(Objects.requireNonNull(begin.webauthnChallenge()), ttl), LAPTOP);
    }

    public MfaLoginFinishRequest finish(WebauthnChallengeJson challenge, Duration ttl) {
      return new MfaLoginFinishRequest(
          name,
          Password.copyOf(PASSWORD.toCharArray()),
          sign(challenge),
          "",
          ByteString.EMPTY,
          ByteString.copyFrom(SshPublicKey.authorizedKeysLine(key.publicKey())),
          pem(key.publicKey()),
          ttl,
          "",
          "",
          "");
    }

    public WebauthnAssertionJson sign(WebauthnChallengeJson challenge) {
      var options = challenge.publicKey();
      Assertion signed =
          securityKey.sign(
              options.rpId(),
              ORIGIN,
              options.challenge().toByteArray(),
              options.allowCredentials().stream().map(c -> c.id().toByteArray()).toList());
      return WebauthnAssertionJson.of(
          ByteString.copyFrom(signed.credentialId()),
          new WebauthnAssertionJson.Response(
              ByteString.copyFrom(signed.clientDataJson()),
              ByteString.copyFrom(signed.authenticatorData()),
              ByteString.copyFrom(signed.signature()),
              ByteString.copyFrom(signed.userHandle())));
    }

    /** A connection as this person, logged in for an hour. */
    public AuthServiceGrpc.AuthServiceBlockingStub connect() {
      return connect(Duration.ofHours(1));
    }

    /**
     * A connection as this person. Who shall still call when the test's clock has gone on connects
     * before: TLS goes by the real time, and takes no certificate of tomorrow.
     */
    public AuthServiceGrpc.AuthServiceBlockingStub connect(Duration life) {
      SshLoginResponse login = login(life);
      return AuthFixture.this.connect(key, Pem.certificate(login.tlsCert().toByteArray()));
    }

    public HeadlessAuthentication look(AuthServiceGrpc.AuthServiceBlockingStub stub, String id) {
      return stub.getHeadlessAuthentication(
          GetHeadlessAuthenticationRequest.newBuilder().setId(id).build());
    }

    /** Approves what {@link #look} showed, with the number of the terminal. */
    public void approve(
        AuthServiceGrpc.AuthServiceBlockingStub stub, HeadlessAuthentication shown) {
      approve(stub, shown, shownNumber(shown.getHeader().getMetadata().getName()));
    }

    /** The same with any number; 0 for none. */
    public void approve(
        AuthServiceGrpc.AuthServiceBlockingStub stub, HeadlessAuthentication shown, int number) {
      update(stub, shown, number, false);
    }

    /** Approves on a side that shows the code which an approval may give, and returns it. */
    String approveForCode(
        AuthServiceGrpc.AuthServiceBlockingStub stub, HeadlessAuthentication shown) {
      return update(stub, shown, shownNumber(shown.getHeader().getMetadata().getName()), true);
    }

    private String update(
        AuthServiceGrpc.AuthServiceBlockingStub stub,
        HeadlessAuthentication shown,
        int number,
        boolean showsCode) {
      ByteString digest =
          ApprovalFacts.areIn(shown) ? FactsDigest.of(ApprovalFacts.of(shown)) : ByteString.EMPTY;
      String id = shown.getHeader().getMetadata().getName();
      var answer =
          answer(
              stub,
              ChallengeExtensions.newBuilder()
                  .setScope(ChallengeScope.CHALLENGE_SCOPE_HEADLESS_LOGIN)
                  .setJtshHeadlessId(id)
                  .setJtshFactsDigest(digest)
                  .setJtshNumber(number)
                  .build());
      return stub.updateHeadlessAuthenticationState(
              UpdateHeadlessAuthenticationStateRequest.newBuilder()
                  .setId(id)
                  .setState(HeadlessAuthenticationState.HEADLESS_AUTHENTICATION_STATE_APPROVED)
                  .setMfaResponse(answer)
                  .setJtshFactsDigest(digest)
                  .setJtshNumber(number)
                  .setJtshShowsCode(showsCode)
                  .build())
          .getJtshCode();
    }

    MFAAuthenticateResponse answer(
        AuthServiceGrpc.AuthServiceBlockingStub stub, ChallengeExtensions extensions) {
      var options =
          stub.createAuthenticateChallenge(
                  CreateAuthenticateChallengeRequest.newBuilder()
                      .setContextUser(ContextUser.getDefaultInstance())
                      .setChallengeExtensions(extensions)
                      .build())
              .getWebauthnChallenge()
              .getPublicKey();
      Assertion signed =
          securityKey.sign(
              options.getRpId(),
              ORIGIN,
              options.getChallenge().toByteArray(),
              options.getAllowCredentialsList().stream()
                  .map(CredentialDescriptor::getId)
                  .map(ByteString::toByteArray)
                  .toList());
      return MFAAuthenticateResponse.newBuilder()
          .setWebauthn(
              CredentialAssertionResponse.newBuilder()
                  .setType("public-key")
                  .setRawId(ByteString.copyFrom(signed.credentialId()))
                  .setResponse(
                      AuthenticatorAssertionResponse.newBuilder()
                          .setClientDataJson(ByteString.copyFrom(signed.clientDataJson()))
                          .setAuthenticatorData(ByteString.copyFrom(signed.authenticatorData()))
                          .setSignature(ByteString.copyFrom(signed.signature()))))
          .build();
    }
  }

  static ByteString pem(PublicKey key) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return ByteString.copyFrom(
        "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n",
        StandardCharsets.US_ASCII);
  }

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }

  public List<String> auditLines(String code) throws InterruptedException {
    if (!log.flush(Duration.ofSeconds(5))) {
      throw new IllegalStateException("audit log did not flush");
    }
    return audit.withCode(code);
  }

  @Override
  public void close() {
    opened.forEach(ManagedChannel::shutdownNow);
    if (grpc != null) {
      grpc.close();
    }
    auth.close();
    log.close();
    backend.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.grpc.account.AccountServiceGrpc;
import dev.jtsh.protocol.grpc.agent.AgentServiceGrpc;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc;
import dev.jtsh.protocol.grpc.session.SessionServiceGrpc;
import dev.jtsh.protocol.grpc.trust.TrustServiceGrpc;
import dev.jtsh.protocol.web.SshLoginResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Security rule 8: every kind of certificate against every call of auth. What is not in the table
 * is refused; a call that is new to the service has to be put into it.
 */
@Timeout(180)
class Attack08KindByEndpointIT {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          AuthServiceGrpc.getServiceDescriptor(),
          TrustServiceGrpc.getServiceDescriptor(),
          AgentServiceGrpc.getServiceDescriptor(),
          SessionServiceGrpc.getServiceDescriptor(),
          AccountServiceGrpc.getServiceDescriptor());
  private static final Set<String> USER =
      Set.of(
          "Ping",
          "ListResources",
          "IsMFARequired",
          "GetClusterCACert",
          "GenerateUserCerts",
          "GetHeadlessAuthentication",
          "WatchPendingHeadlessAuthentications",
          "UpdateHeadlessAuthenticationState",
          "CreateAuthenticateChallenge",
          "AddMFADeviceSync",
          "CreateRegisterChallenge",
          "GetMFADevices",
          "DeleteMFADeviceSync",
          "ListSessions",
          "EndSession",
          "RenewRecoveryCodes",
          "GetCertAuthorities");
  private static final Set<String> HEADLESS =
      Set.of("Ping", "ListResources", "IsMFARequired", "GetClusterCACert", "GenerateUserCerts");
  private static final Set<String> HOST = Set.of("Ping", "GetClusterCACert", "GetCertAuthorities");
  private static final Set<String> AGENT =
      Set.of(
          "Ping",
          "GetClusterCACert",
          "GetCertAuthorities",
          "Heartbeat",
          "Goodbye",
          "Renew",
          "WatchAccess",
          "EmitAudit");

  @TempDir Path directory;
  private @org.jspecify.annotations.Nullable AuthFixture opened;
  private final List<HeldKey> keys = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    opened = new AuthFixture(directory);
  }

  @AfterEach
  void close() {
    keys.forEach(HeldKey::close);
    fixture().close();
  }

  private AuthFixture fixture() {
    return Objects.requireNonNull(opened);
  }

  private record Kind(String name, ManagedChannel channel, Set<String> allowed) {}

  @Test
  void everyKindMayCallWhatIsItsOwnAndNothingElse() throws Exception {
    Map<String, Set<String>> expected = new LinkedHashMap<>();
    Map<String, Set<String>> found = new LinkedHashMap<>();
    for (Kind kind : kinds()) {
      expected.put(kind.name(), new TreeSet<>(kind.allowed()));
      Set<String> allowed = new TreeSet<>();
      for (ServiceDescriptor service : SERVICES) {
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
          if (isAllowed(kind.channel(), method)) {
            allowed.add(Objects.requireNonNull(method.getBareMethodName()));
          }
        }
      }
      found.put(kind.name(), allowed);
    }
    assertThat(new TreeMap<>(found)).isEqualTo(new TreeMap<>(expected));
  }

  private List<Kind> kinds() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    SshLoginResponse login = alice.login(Duration.ofHours(1));
    X509Certificate leaf = Pem.certificate(login.tlsCert().toByteArray());
    AuthFixture.RemoteBox box = fixture().new RemoteBox();
    var answer = box.post("alice", facts("c1")).toCompletableFuture();
    var approver = alice.connect();
    alice.approve(approver, alice.look(approver, box.id));
    X509Certificate headless =
        Pem.certificate(answer.get(10, TimeUnit.SECONDS).tlsCert().toByteArray());
    return List.of(
        new Kind("nobody", fixture().channel(null, null), Set.of("Ping")),
        new Kind("user", fixture().channel(alice.key, leaf), USER),
        new Kind("headless login", fixture().channel(box.key, headless), HEADLESS),
        new Kind("kube certificate", user(kubeUser().build()), Set.of()),
        new Kind("user with a host role's name", user(named("Kube")), USER_WITHOUT_ROLES),
        new Kind("user of another cluster", user(ofCluster("leaf")), Set.of()),
        new Kind("agent", host("Kube"), AGENT),
        new Kind("proxy", host("Proxy"), HOST),
        new Kind("auth", host("Admin"), HOST),
        new Kind("host of two roles", host("Kube", "Proxy"), HOST),
        new Kind("ended login", ended(), Set.of()));
  }

  /** Passes the door, for it is a user; each call then finds that the user holds no such role. */
  private static final Set<String> USER_WITHOUT_ROLES = USER;

  private static UserIdentity.Builder kubeUser() {
    return UserIdentity.builder("alice")
        .roles(List.of("dev"))
        .usage(List.of(UserIdentity.USAGE_KUBE))
        .kubernetesCluster("c1")
        .teleportCluster(AuthFixture.CLUSTER)
        .routeToCluster(AuthFixture.CLUSTER);
  }

  private static UserIdentity named(String role) {
    return kubeUser().usage(List.of()).roles(List.of(role)).build();
  }

  private static UserIdentity ofCluster(String cluster) {
    return kubeUser().usage(List.of()).teleportCluster(cluster).build();
  }

  private HeldKey key() {
    HeldKey key = HeldKey.generate(KeyKind.P256);
    keys.add(key);
    return key;
  }

  private ManagedChannel user(UserIdentity identity) {
    HeldKey key = key();
    Instant now = fixture().clock.instant();
    return fixture()
        .channel(
            key,
            fixture()
                .auth
                .authorities()
                .user()
                .issueUser(identity, key.publicKey(), now.minusSeconds(1), now.plusSeconds(600)));
  }

  private ManagedChannel ended() {
    HeldKey key = key();
    Instant now = fixture().clock.instant();
    return fixture()
        .channel(
            key,
            fixture()
                .auth
                .authorities()
                .user()
                .issueUser(
                    named("dev"), key.publicKey(), now.minusSeconds(60), now.minusSeconds(1)));
  }

  private ManagedChannel host(String... roles) {
    HeldKey key = key();
    Instant now = fixture().clock.instant();
    var identity =
        new HostIdentity(
            UUID.randomUUID().toString(),
            AuthFixture.CLUSTER,
            List.of(roles),
            List.of("localhost"),
            List.of(),
            List.of("c9"));
    return fixture()
        .channel(
            key,
            fixture()
                .auth
                .authorities()
                .host()
                .issueHost(identity, key.publicKey(), now.minusSeconds(1), now.plusSeconds(600)));
  }

  /** Whether the call gets past the door; what it says behind it is another test's business. */
  private static <Q, R> boolean isAllowed(ManagedChannel channel, MethodDescriptor<Q, R> method) {
    assertThat(method.getSchemaDescriptor()).isInstanceOf(ProtoMethodDescriptorSupplier.class);
    Q request = empty(method);
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    try {
      var answers = ClientCalls.blockingServerStreamingCall(channel, method, options, request);
      var ignored = answers.hasNext();
      return true;
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      String text = String.valueOf(e.getStatus().getDescription());
      boolean atTheDoor =
          code == Status.Code.PERMISSION_DENIED
              && (text.contains("may not call")
                  || text.contains("cannot call auth")
                  || text.contains("another cluster")
                  || text.contains("expired")
                  || text.contains("does not chain"));
      boolean inTheHandshake = code == Status.Code.UNAVAILABLE;
      return !atTheDoor && !inTheHandshake && !text.contains("Method not found");
    }
  }

  @SuppressWarnings("unchecked") // The marshaller of a generated method parses its own type.
  private static <Q> Q empty(MethodDescriptor<Q, ?> method) {
    var marshaller = (MethodDescriptor.PrototypeMarshaller<Q>) method.getRequestMarshaller();
    Q prototype = Objects.requireNonNull(marshaller.getMessagePrototype());
    assertThat(prototype).isInstanceOf(Message.class);
    return prototype;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateChallenge;
import dev.jtsh.protocol.grpc.webauthn.CredentialDescriptor;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An approver that knows neither facts nor number nor code, as tsh is. What it sends is made from
 * the field numbers of Teleport's protocol alone, byte by byte, and what it hears is read so too.
 */
@Timeout(120)
class PlainApproverIT {
  private static final int PENDING = 1;
  private static final int APPROVED = 3;
  private static final AuthSettings COMPATIBLE =
      AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
          .withHeadless(true, AuthSettings.HeadlessApproval.COMPATIBLE, HeadlessLimits.DEFAULT);

  @TempDir Path directory;

  @Test
  void approvesWhereThePolicyIsCompatibleAndHearsAnEmptyAnswer() throws Exception {
    try (var fixture = new AuthFixture(directory, COMPATIBLE)) {
      var alice = fixture.enroll("alice", "dev");
      var box = fixture.new RemoteBox();
      var answer = box.post("alice", facts("c1")).toCompletableFuture();
      Channel tsh = channel(fixture, alice);

      byte[] seen = call(tsh, "GetHeadlessAuthentication", message(text(1, box.id)));
      assertThat(number(seen, 4)).isEqualTo(PENDING);
      assertThat(approve(tsh, alice, box.id)).as("google.protobuf.Empty").isEmpty();

      assertThat(answer.get(30, TimeUnit.SECONDS).username()).isEqualTo("alice");
      assertThat(number(call(tsh, "GetHeadlessAuthentication", message(text(1, box.id))), 4))
          .isEqualTo(APPROVED);
    }
  }

  @Test
  void isRefusedWithAWordOfWhatToUseWhereThePolicyDemandsTheNumber() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      assertRefused(fixture, facts("c1"), "jtsh headless approve");
    }
  }

  @Test
  void isRefusedWhereTheApprovalGivesACode() throws Exception {
    try (var fixture =
        new AuthFixture(
            directory, COMPATIBLE.withApprovalChecks(new ApprovalChecks(Set.of(), true)))) {
      assertRefused(fixture, facts("c1").takingCode(), "reverse_code");
    }
  }

  private static void assertRefused(
      AuthFixture fixture, dev.jtsh.protocol.web.HeadlessFactsJson facts, String word)
      throws Exception {
    var alice = fixture.enroll("alice", "dev");
    var box = fixture.new RemoteBox();
    var answer = box.post("alice", facts).toCompletableFuture();
    Channel tsh = channel(fixture, alice);
    call(tsh, "GetHeadlessAuthentication", message(text(1, box.id)));

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> approve(tsh, alice, box.id))
        .withMessageContaining(word)
        .matches(e -> e.getStatus().getCode() == Status.Code.PERMISSION_DENIED);
    assertThat(answer).isNotDone();
    byte[] seen = call(tsh, "GetHeadlessAuthentication", message(text(1, box.id)));
    assertThat(number(seen, 4)).as("it waits on").isEqualTo(PENDING);
  }

  private static Channel channel(AuthFixture fixture, AuthFixture.Person person) throws Exception {
    var login = person.login(Duration.ofHours(1));
    return fixture.channel(person.key, Pem.certificate(login.tlsCert().toByteArray()));
  }

  /** As tsh does: a challenge for headless logins in general, then the update. */
  private static byte[] approve(Channel tsh, AuthFixture.Person person, String id)
      throws IOException {
    byte[] asked =
        call(
            tsh,
            "CreateAuthenticateChallenge",
            message(nested(3, message()), nested(6, message(varint(1, 3)))));
    var options = MFAAuthenticateChallenge.parseFrom(asked).getWebauthnChallenge().getPublicKey();
    var signed =
        person.securityKey.sign(
            options.getRpId(),
            AuthFixture.ORIGIN,
            options.getChallenge().toByteArray(),
            options.getAllowCredentialsList().stream()
                .map(CredentialDescriptor::getId)
                .map(ByteString::toByteArray)
                .toList());
    byte[] response =
        message(
            bytes(1, signed.clientDataJson()),
            bytes(2, signed.authenticatorData()),
            bytes(3, signed.signature()));
    byte[] webauthn =
        message(text(1, "public-key"), bytes(2, signed.credentialId()), nested(3, response));
    return call(
        tsh,
        "UpdateHeadlessAuthenticationState",
        message(text(1, id), varint(2, APPROVED), nested(3, message(nested(3, webauthn)))));
  }

  /** One field on the wire. */
  private interface Field {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Field... fields) {
    var bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      for (Field field : fields) {
        field.write(out);
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static Field text(int number, String value) {
    return out -> out.writeString(number, value);
  }

  private static Field bytes(int number, byte[] value) {
    return out -> out.writeByteArray(number, value);
  }

  private static Field nested(int number, byte[] value) {
    return bytes(number, value);
  }

  private static Field varint(int number, int value) {
    return out -> out.writeEnum(number, value);
  }

  /** The last value of a number's field; 0 when it is not there. */
  private static int number(byte[] message, int field) throws IOException {
    var in = com.google.protobuf.CodedInputStream.newInstance(message);
    int value = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag >>> 3 == field) {
        value = in.readInt32();
      } else {
        in.skipField(tag);
      }
    }
    return value;
  }

  private static byte[] call(Channel channel, String method, byte[] request) {
    var descriptor =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodType.UNARY)
            .setFullMethodName("proto.AuthService/" + method)
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    return ClientCalls.blockingUnaryCall(
        channel, descriptor, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), request);
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}

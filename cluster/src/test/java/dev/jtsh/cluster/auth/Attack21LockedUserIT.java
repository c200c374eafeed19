// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static dev.jtsh.cluster.auth.HeadlessLoginIT.kubeRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.cluster.access.Lock;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.proto.AuthServiceGrpc.AuthServiceBlockingStub;
import dev.jtsh.protocol.grpc.proto.ListResourcesRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A user who is locked out gets no certificate and no answer, whatever is still valid. */
@Timeout(120)
class Attack21LockedUserIT extends WithAuth {
  private Lock lock(Lock.Kind kind, String name) {
    return fixture().auth.locks().put(kind, name, "ask security", null);
  }

  @Test
  void openConnectionIsAnsweredAgainWhenTheLockIsTakenAway() throws Exception {
    AuthServiceBlockingStub stub = fixture().enroll("bob", "dev").connect();
    Lock lock = lock(Lock.Kind.USER, "bob");

    assertLocked(() -> stub.generateUserCerts(kubeRequest("bob", "c1")));
    assertLocked(() -> stub.listResources(ListResourcesRequest.getDefaultInstance()));
    assertThat(fixture().auth.locks().list()).containsExactly(lock);
    assertThat(fixture().auth.locks().remove(lock.id())).isTrue();
    assertThat(fixture().auth.locks().remove(lock.id())).isFalse();
    assertThat(stub.generateUserCerts(kubeRequest("bob", "c1")).getTls().isEmpty()).isFalse();
    assertThat(fixture().auditLines("TLK00I")).hasSize(1);
    assertThat(fixture().auditLines("TLK01I")).hasSize(1);
  }

  @Test
  void loginOfALockedUserOrRoleGivesNoCertificate() throws Exception {
    var bob = fixture().enroll("bob", "dev");
    lock(Lock.Kind.ROLE, "dev");

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> bob.login(Duration.ofHours(1)))
        .withMessage("lock targeting Role:\"dev\" is in force: ask security");
  }

  @Test
  void headlessRequestApprovedByAUserLockedMeanwhileIsNotServed() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    AuthFixture.RemoteBox box = fixture().new RemoteBox();
    var answer = box.post("alice", facts("c1")).toCompletableFuture();
    lock(Lock.Kind.HEADLESS_REQUEST, box.id);
    alice.approve(approver, alice.look(approver, box.id));

    assertThat(answer).failsWithin(Duration.ofSeconds(5));
  }

  @Test
  void lockOfOneSessionLeavesTheOthersOfTheUserAlone() throws Exception {
    var alice = fixture().enroll("alice", "dev");
    var approver = alice.connect();
    AuthFixture.RemoteBox box = fixture().new RemoteBox();
    var answer = box.post("alice", facts("c1")).toCompletableFuture();
    alice.approve(approver, alice.look(approver, box.id));
    SshLoginResponse login = answer.get(30, TimeUnit.SECONDS);
    AuthServiceBlockingStub headless = box.connect(login);
    lock(Lock.Kind.HEADLESS_REQUEST, box.id);

    assertLocked(() -> headless.generateUserCerts(kubeRequest("alice", "c1")));
    assertThat(approver.generateUserCerts(kubeRequest("alice", "c1")).getTls().isEmpty()).isFalse();
  }

  @Test
  void removedUserLeavesALockForOldCertificatesAndMayBeAddedAgain() throws Exception {
    var bob = fixture().enroll("bob", "dev");
    UserIdentity old =
        UserIdentity.of(Pem.certificate(bob.login(Duration.ofHours(1)).tlsCert().toByteArray()));
    var before = fixture().clock.instant();
    fixture().clock.advance(Duration.ofSeconds(5));
    fixture().auth.users().remove("bob");
    fixture().clock.advance(Duration.ofSeconds(5));
    var access = fixture().auth.access();

    assertThat(access.lockOn(old, before, fixture().clock.instant())).isPresent();
    assertThat(access.lockOn(old, fixture().clock.instant(), fixture().clock.instant())).isEmpty();
    fixture().auth.users().add("bob", List.of("dev"));
  }

  private static void assertLocked(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(call)
        .withMessageContaining("is in force: ask security");
  }
}

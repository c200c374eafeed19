// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.auth.AuthFixture.facts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OwnSessionsIT {
  @TempDir Path directory;

  @Test
  void userEndsAnOwnSessionAndItsCertificatesAreWorthNothing() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var alice = fixture.enroll("alice", "dev");
      fixture.enroll("mallory", "dev");
      var box = fixture.new RemoteBox();
      var answer = box.post("alice", facts("c1")).toCompletableFuture();
      var approver = alice.connect();
      alice.approve(approver, alice.look(approver, box.id));
      var remote = box.connect(answer.get(20, TimeUnit.SECONDS));
      HeadlessLoginIT.kubeCertificate(remote, "alice", "c1");
      OwnSessions sessions = fixture.auth.sessions();

      assertThat(sessions.list("alice"))
          .singleElement()
          .satisfies(session -> {
            assertThat(session.getId()).isEqualTo(box.id);
            assertThat(session.getHost()).isEqualTo("build-7");
            assertThat(session.getAddress()).isEqualTo("198.51.100.20:40002");
            assertThat(session.getKubeClustersList()).containsExactly("c1");
          });
      assertThat(sessions.list("mallory")).isEmpty();
      assertThatExceptionOfType(WireException.class)
          .as("another user's session")
          .isThrownBy(() -> sessions.end("mallory", box.id))
          .matches(e -> e.kind() == ErrorKind.NOT_FOUND);
      sessions.end("alice", box.id);

      assertThat(sessions.list("alice")).isEmpty();
      assertThatExceptionOfType(WireException.class)
          .as("it has ended")
          .isThrownBy(() -> sessions.end("alice", box.id));
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> HeadlessLoginIT.kubeCertificate(remote, "alice", "c1"))
          .withMessageContaining("its user ended the session");
    }
  }

  @Test
  void sessionWhoseTimeIsOverIsNotLive() throws Exception {
    try (var fixture = new AuthFixture(directory)) {
      var alice = fixture.enroll("alice", "dev");
      var box = fixture.new RemoteBox();
      box.post("alice", facts("c1"));
      var approver = alice.connect();
      alice.approve(approver, alice.look(approver, box.id));
      fixture.clock.advance(Duration.ofHours(9));

      assertThat(fixture.auth.sessions().list("alice")).isEmpty();
    }
  }
}

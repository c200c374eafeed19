// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminSocketIT {
  @TempDir Path directory;
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    server = AdminServer.start(directory, new FakeOperations());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private AdminClient client() {
    return new AdminClient(directory);
  }

  @Test
  void requestAndAnswerGoOverTheSocket() throws Exception {
    client().ask(new AdminRequest.AddUser("alice", List.of()));

    assertThat(client().ask(new AdminRequest.ListUsers()).at("/users/0/name").asText())
        .isEqualTo("alice");
    assertThat(client().ask(new AdminRequest.Status()).get("cluster_name").asText())
        .isEqualTo("demo");
  }

  @Test
  void refusalArrivesWithItsKindAndText() {
    assertThatThrownBy(() -> client().ask(new AdminRequest.RemoveUser("bob")))
        .isInstanceOfSatisfying(
            WireException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND))
        .hasMessage("there is no user \"bob\"");
  }

  @Test
  void faultOfTheServerTellsNothingOfItsInside() {
    assertThatThrownBy(() -> client().ask(new AdminRequest.RemoveToken("x")))
        .isInstanceOf(WireException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void aClusterThatIsSilentIsNotWaitedForWithoutEnd() throws Exception {
    server.close();
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(directory.resolve("admin.sock")));
      AdminClient client = new AdminClient(directory, Duration.ofSeconds(1));

      assertThatThrownBy(() -> client.ask(new AdminRequest.Status()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("does not answer within 1 s");
    }
  }

  @Test
  void socketAndDirectoryAreForTheOwnerOnly() throws IOException {
    Path socket = directory.resolve("admin.sock");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));
    assertThatThrownBy(() -> AdminServer.start(open, new FakeOperations()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("open to others");
  }

  @Test
  void malformedAndEndlessLinesAreAnsweredOrCutAndTheServerLives() throws Exception {
    assertThat(raw("nonsense\n")).contains("BAD_PARAMETER");
    assertThat(raw("{\"command\":\"shutdown\"}\n")).contains("BAD_PARAMETER");
    assertThat(raw("x".repeat(70_000) + "\n")).isEmpty();

    assertThat(client().ask(new AdminRequest.ListRoles()).get("roles")).isEmpty();
  }

  private String raw(String line) throws IOException {
    try (SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("admin.sock")))) {
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(UTF_8));
      ByteBuffer answer = ByteBuffer.allocate(4096);
      try {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        while (channel.read(answer) >= 0) {
          assertThat(answer.hasRemaining()).isTrue();
        }
      } catch (IOException e) {
        return ""; // The server hung up before it had read all.
      }
      return new String(answer.array(), 0, answer.position(), UTF_8);
    }
  }

  @Test
  void withoutAServerTheClientSaysSo() throws IOException {
    server.close();

    assertThatThrownBy(() -> client().ask(new AdminRequest.Status()))
        .isInstanceOf(AdminClient.NotRunningException.class)
        .hasMessageContaining("no jtsh-cluster runs");
  }

  @Test
  void socketLeftByAKilledServerIsReplaced() throws Exception {
    server.close();
    Files.writeString(directory.resolve("admin.sock"), "left over");
    server = AdminServer.start(directory, new FakeOperations());

    assertThat(client().ask(new AdminRequest.ListTokens()).get("tokens")).isEmpty();
  }
}

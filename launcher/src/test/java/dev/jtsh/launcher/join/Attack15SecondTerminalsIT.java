// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jtsh.nativebindings.CurrentUser;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 15: nobody else's socket is taken for a session's, and nobody else joins a session. */
class Attack15SecondTerminalsIT {
  private static final String ID = "0e6f4e4c-9bd2-5b2a-8a8a-000000000015";
  private static final String CONTENT = "the kubeconfig";
  private static final int OTHER = 65534;
  private static final long SOON_SECONDS = 30;

  @TempDir Path runtime;
  private final AtomicInteger root = new AtomicInteger();

  @BeforeEach
  void makePrivate() throws IOException {
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
  }

  private Map<String, String> environment() {
    return Map.of("XDG_RUNTIME_DIR", runtime.toString());
  }

  private Path socket() {
    return runtime.resolve("jtsh").resolve(ID + ".sock");
  }

  private static JoinOffer offer() {
    return new JoinOffer(ID, "c1", "2030-01-01T00:00:00Z", 4711, 0);
  }

  private JoinDoor open() throws CannotJoinException {
    MemorySegment content =
        Arena.ofAuto().allocateFrom(CONTENT, StandardCharsets.US_ASCII).asSlice(0, 14);
    return JoinDoor.open(environment(), ID, Attack15SecondTerminalsIT::offer, content, root);
  }

  @Test
  void theSameUserGetsOfferAndKubeconfigUntilTheSessionEnds() throws Exception {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    try (JoinPlace place = JoinPlace.open(environment())) {
      JoinDoor door = open();
      try (JoinedSession joined = JoinedSession.join(place, ID, false).orElseThrow()) {
        joined.whenEnded(() -> ended.complete(true));
        assertThat(joined.offer().shell()).isEqualTo(4711);
        byte[] got = joined.kubeconfig().segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        assertThat(new String(got, StandardCharsets.US_ASCII)).isEqualTo(CONTENT);
        assertThat(JoinedSession.all(place)).containsExactly(offer());
        assertThat(Files.getPosixFilePermissions(socket()))
            .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(ended).isNotDone();
        door.close();
        assertThat(ended.get(SOON_SECONDS, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(runtime.resolve("jtsh")).isEmptyDirectory();
      assertThat(JoinedSession.join(place, ID, false)).isEmpty();
    }
  }

  @Test
  void aDirectoryThatIsNotThisUsersAloneIsNoPlace() throws IOException {
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxr-x---"));
    assertThatThrownBy(this::open).hasMessageContaining("is open to others");
    makePrivate();

    Path link = runtime.resolve("link");
    Files.createSymbolicLink(link, Files.createDirectory(runtime.resolve("real")));
    assertThatThrownBy(() -> JoinPlace.open(Map.of("XDG_RUNTIME_DIR", link.toString())))
        .hasMessageContaining("no directory that can be opened");
    assertThatThrownBy(() -> JoinPlace.open(Map.of())).hasMessageContaining("is not set");

    Files.createSymbolicLink(runtime.resolve("jtsh"), runtime.resolve("real"));
    assertThatThrownBy(this::open).hasMessageContaining("no directory that can be opened");
    assertThat(runtime.resolve("real")).isEmptyDirectory();
  }

  @Test
  void anothersDirectoryIsNoPlace() throws IOException {
    assumeTrue(CurrentUser.uid() == 0, "only root gives directories away");
    Path theirs = Files.createDirectory(runtime.resolve("theirs"));
    Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(theirs, "unix:uid", OTHER);

    assertThatThrownBy(() -> JoinPlace.open(Map.of("XDG_RUNTIME_DIR", theirs.toString())))
        .hasMessageContaining("belongs to another user");
    assertThat(theirs).isEmptyDirectory();
  }

  @Test
  void whatADeadSessionLeftIsRemovedAndWhatIsNoSocketIsNotTouched() throws IOException {
    Path directory = Files.createDirectory(runtime.resolve("jtsh"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(directory.resolve("dead.sock")));
    }
    Path file = Files.createFile(directory.resolve("file.sock"));
    Path link = directory.resolve("link.sock");
    Files.createSymbolicLink(link, Path.of("/nonexistent/elsewhere"));

    try (JoinDoor _ = open()) {
      assertThat(directory.resolve("dead.sock")).doesNotExist();
      assertThat(file).exists();
      assertThat(Files.isSymbolicLink(link)).isTrue();
      try (JoinPlace place = JoinPlace.open(environment())) {
        assertThatThrownBy(() -> JoinedSession.join(place, "link", false))
            .hasMessageContaining("is no socket");
      }
    }
  }

  @Test
  void aSocketThatAnotherUserServesIsNotBelieved() throws Exception {
    assumeOtherUser();
    Path theirs = Files.createDirectory(runtime.resolve("theirs"));
    Files.setAttribute(theirs, "unix:uid", OTHER);
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path socket = theirs.resolve("s");
    Process squatter =
        asOther(
            """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.bind(sys.argv[1])
            s.listen()
            print("ready", flush=True)
            c, _ = s.accept()
            print(len(c.recv(100)), flush=True)
            """,
            socket);
    try (var said = squatter.inputReader()) {
      assertThat(said.readLine()).isEqualTo("ready");
      makePrivate();
      try (JoinPlace place = JoinPlace.open(environment())) {
        Files.move(socket, socket());
        assertThatThrownBy(() -> JoinedSession.join(place, ID, false))
            .hasMessageContaining("served by another user");
      }
      assertThat(said.readLine()).as("bytes it was told").isEqualTo("0");
    } finally {
      squatter.destroyForcibly().waitFor();
    }
  }

  @Test
  void anotherUserWhoGetsAsFarAsTheSocketIsHungUpOn() throws Exception {
    assumeOtherUser();
    try (JoinDoor _ = open()) {
      Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(
          runtime.resolve("jtsh"), PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(socket(), PosixFilePermissions.fromString("rwxrwxrwx"));
      Process intruder =
          asOther(
              """
              import socket, sys
              s = socket.socket(socket.AF_UNIX)
              s.connect(sys.argv[1])
              try:
                  ask = b'{"kubeconfig":true,"root":true}'
                  s.sendall(len(ask).to_bytes(4, "big") + ask)
                  print(len(s.recv(100)), flush=True)
              except OSError:
                  print(0, flush=True)
              """,
              socket());
      try (var said = intruder.inputReader()) {
        assertThat(said.readLine()).as("bytes it was told").isEqualTo("0");
      } finally {
        intruder.destroyForcibly().waitFor();
      }
      assertThat(root).hasValue(0);
    }
  }

  private static void assumeOtherUser() {
    assumeTrue(
        CurrentUser.uid() == 0
            && Files.isExecutable(Path.of("/usr/bin/setpriv"))
            && Files.isExecutable(Path.of("/usr/bin/python3")),
        "needs root, setpriv and python3");
  }

  private static Process asOther(String program, Path socket) throws IOException {
    return new ProcessBuilder(
            List.of(
                "/usr/bin/setpriv",
                "--reuid=" + OTHER,
                "--regid=" + OTHER,
                "--clear-groups",
                "/usr/bin/python3",
                "-c",
                program,
                socket.toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}

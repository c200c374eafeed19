// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.ProgramResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody else on the same machine gets nothing out of a session. */
@ExtendWith(StoryWorld.Visit.class)
final class OtherUserStory {
  private static final Pattern AUTHORITY =
      Pattern.compile("certificate-authority-data: \"([^\"]+)\"");

  private final StoryWorld world;

  OtherUserStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void anotherUserCanNeitherReadTheKubeconfigNorUseThePort() throws IOException {
    try (HeadlessShell session = world.open("/bin/bash")) {
      ProgramResult read = asNobody("cat", session.kubeconfig().toString());
      assertThat(read.exitCode()).isNotZero();
      assertThat(read.stdout()).isEmpty();
      assertThat(read.stderr()).contains("Permission denied");

      Path authority = authority(Files.readString(session.kubeconfig()));
      ProgramResult used =
          asNobody(
              "curl",
              "--silent",
              "--show-error",
              "--cacert",
              authority.toString(),
              "https://127.0.0.1:" + session.port() + "/version");
      Files.delete(authority);
      // With TLS 1.3 a client learns late that it is refused: in the handshake (35), while it sends
      // (55) or while it waits for the answer (56). Not reached (7) or not trusted (60) is no
      // proof.
      assertThat(used.exitCode()).as(used.stderr()).isIn(35, 55, 56);
      assertThat(used.stdout()).isEmpty();
      session.type("kubectl get namespaces", "kube-system");
    }
  }

  /** The same user, so that the second lock is open: the first one, TLS, is what answers. */
  @Test
  void whoHasNoKeyIsToldByTlsThatACertificateIsRequired() throws IOException {
    try (HeadlessShell session = world.open("/bin/bash")) {
      Path authority = authority(Files.readString(session.kubeconfig()));
      ProgramResult used =
          world.run(
              List.of(
                  "openssl",
                  "s_client",
                  "-connect",
                  "127.0.0.1:" + session.port(),
                  "-CAfile",
                  authority.toString(),
                  "-verify_return_error",
                  "-ign_eof"));
      Files.delete(authority);
      assertThat(used.stdout()).contains("Verify return code: 0 (ok)");
      assertThat(used.stderr()).contains("alert certificate required");
    }
  }

  /** Rule 35: the key alone is not enough, the socket must be this user's. */
  @Test
  void anotherUserIsCutEvenWithTheKeyOfTheSession() throws IOException {
    try (HeadlessShell session = world.open("/bin/bash")) {
      Path stolen = Files.createTempFile("jtsh-stories-", ".kubeconfig");
      try {
        Files.write(stolen, Files.readAllBytes(session.kubeconfig()));
        Files.setPosixFilePermissions(stolen, PosixFilePermissions.fromString("rw-r--r--"));
        List<String> kubectl =
            List.of(
                world.kubernetes().kubectl().toString(),
                "--kubeconfig=" + stolen,
                "get",
                "namespaces",
                "--cache-dir=/nonexistent");
        assertThat(world.run(kubectl).orThrow().stdout()).contains("kube-system");

        ProgramResult used = asNobody(kubectl.toArray(String[]::new));

        assertThat(used.exitCode()).isNotZero();
        assertThat(used.stdout()).isEmpty();
        assertThat(used.stderr()).containsAnyOf("reset by peer", "EOF");
      } finally {
        Files.delete(stolen);
      }
    }
  }

  /** The public half, given away on purpose: only the client's key is missing. */
  private static Path authority(String kubeconfig) throws IOException {
    Matcher data = AUTHORITY.matcher(kubeconfig);
    assertThat(data.find()).isTrue();
    byte[] pem = Base64.getDecoder().decode(data.group(1).getBytes(StandardCharsets.US_ASCII));
    Path file = Files.createTempFile("jtsh-stories-", ".pem");
    Files.write(file, pem);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    return file;
  }

  private ProgramResult asNobody(String... command) {
    List<String> words =
        new ArrayList<>(
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
    words.addAll(List.of(command));
    return world.run(words);
  }
}

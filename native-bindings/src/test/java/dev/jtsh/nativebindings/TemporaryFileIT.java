// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The session file of a system without memfd, chosen by the name "Mac OS X" on this one. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TemporaryFileIT {
  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(strings = {"0000", "0022", "0777"})
  void itBelongsToItsOwnerAloneWhateverTheUmask(String umask) throws Exception {
    List<String> shell = List.of("/bin/sh", "-c", "umask " + umask + "; exec \"$@\"", "sh");
    try (SubjectProcess subject = start(shell, "wait")) {
      Path file = Path.of(subject.line());

      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
          .isEqualTo("rwx------");
      assertThat(root.relativize(file).getNameCount()).isEqualTo(2);
      assertThat(file).hasContent("content");
      assertThat(TemporaryFile.isOneOfThisUser(file)).isTrue();
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      assertThat(TemporaryFile.isOneOfThisUser(file)).isFalse();
      assertThat(TemporaryFile.isOneOfThisUser(root.resolve("kubeconfig-1-0123456789abcdef")))
          .isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "fail", "exit"})
  void itIsGoneAfterEveryOrdinaryEnd(String end) throws Exception {
    try (SubjectProcess subject = start(List.of(), end)) {
      Path file = Path.of(subject.line());
      assertThat(subject.awaitEnd()).isEqualTo(Map.of("close", 0, "fail", 1, "exit", 5).get(end));
      assertThat(file).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "HUP", "INT"})
  void itIsGoneAfterASignalThatAsks(String signal) throws Exception {
    try (SubjectProcess subject = start(List.of(), "wait")) {
      Path file = Path.of(subject.line());
      assertThat(file).exists();
      subject.signal(signal);
      assertThat(subject.awaitEnd()).isGreaterThan(128);
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void whatAKilledProcessLeftIsRemovedByTheNextStartAndALivingOnesFileIsNot() throws Exception {
    try (SubjectProcess living = start(List.of(), "wait");
        SubjectProcess killed = start(List.of(), "wait")) {
      Path kept = Path.of(living.line());
      Path left = Path.of(killed.line());
      killed.signal("KILL");
      assertThat(killed.awaitEnd()).isEqualTo(137);
      assertThat(left).exists();

      try (SubjectProcess next = start(List.of(), "wait")) {
        Path own = Path.of(next.line());
        assertThat(own).exists();
        assertThat(left).doesNotExist();
        assertThat(kept).exists();
      }
    }
  }

  @Test
  void aDirectoryThatOthersCanEnterOrThatIsALinkIsRefused() throws Exception {
    Path ours = root.resolve("jtsh-" + ProcessCalls.geteuid());
    Files.createDirectory(ours);
    Files.setPosixFilePermissions(ours, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertRefused();
    Files.delete(ours);

    Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(ours, elsewhere);
    assertRefused();
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void aLinkInThePlaceOfTheFileIsNotFollowed() throws Exception {
    Path target = root.resolve("target");
    Path link = Files.createSymbolicLink(root.resolve("link"), target);
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> SecretFile.create(link, arena.allocateFrom("x")))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("exists already");
    }
    assertThat(target).doesNotExist();
  }

  private void assertRefused() {
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> SessionFile.create("Mac OS X", root, arena.allocateFrom("x")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("belongs to you alone");
    }
  }

  private SubjectProcess start(List<String> before, String end) throws Exception {
    return SubjectProcess.start(before, Map.of(), "temporary", root.toString(), end);
  }
}

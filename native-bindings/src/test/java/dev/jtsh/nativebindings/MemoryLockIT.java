// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What is locked, as the kernel counts it, for users with different rights. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemoryLockIT {
  private static final int USUAL_LIMIT = 8 * 1024 * 1024;

  @TempDir(cleanup = CleanupMode.ALWAYS)
  Path directory;

  @BeforeEach
  void onlyRootMayBecomeOthers() {
    assumeTrue(ProcessCalls.geteuid() == 0, "starts processes of other users");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")));
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")));
  }

  @Test
  void rootHasTheWholeProcessLocked() throws Exception {
    try (SubjectProcess subject = SubjectProcess.start("lock")) {
      Report report = Report.of(subject);
      assertThat(report.lines).contains("result WholeProcess[]", "kubeconfig true");
      // Counted by address space, most of which is never touched; thread stacks have guards.
      assertThat(kilobytes(subject, "VmLck")).isGreaterThan(kilobytes(subject, "VmSize") / 10 * 9);
      assertThat(kilobytes(subject, "VmRSS")).isLessThan(200_000);
      assertThat(subject.finish()).isZero();
    }
  }

  @Test
  void anOrdinaryUserHasArenaKeysAndKubeconfigLockedAndTheJvmLives() throws Exception {
    try (SubjectProcess subject = asOrdinaryUser(USUAL_LIMIT, "lock")) {
      Report report = Report.of(subject);
      assertThat(report.lines).contains("result SecretsOnly[]", "kubeconfig true");
      long kubeconfig = 12;
      assertThat(kilobytes(subject, "VmLck"))
          .isEqualTo((report.capacity("arena") + report.capacity("keys")) / 1024 + kubeconfig);
      assertThat(subject.finish()).isZero();
    }
  }

  @Test
  void fiveHundredKubeClustersFitTheUsualLimit() throws Exception {
    try (SubjectProcess subject = asOrdinaryUser(USUAL_LIMIT, "many", "500")) {
      assertThat(subject.rest())
          .isEqualTo("result SecretsOnly[]\nkubeconfig true\narena true\nkeys true\n");
      assertThat(subject.awaitEnd()).isZero();
    }
  }

  /** Docker's and older systems' default. */
  @Test
  void aLimitOf64KibibytesIsEnoughForAllPlaces() throws Exception {
    try (SubjectProcess subject = asOrdinaryUser(64 * 1024, "lock")) {
      Report report = Report.of(subject);
      assertThat(report.lines).contains("result SecretsOnly[]", "kubeconfig true");
      assertThat(subject.finish()).isZero();
    }
  }

  @Test
  void withoutAnyRightTheUnlockedPlacesAreNamed() throws Exception {
    try (SubjectProcess subject = asOrdinaryUser(0, "lock")) {
      Report report = Report.of(subject);
      assertThat(report.lines)
          .contains("result Incomplete[unlocked=[ARENA, KEYS], limitBytes=0]", "kubeconfig false");
      assertThat(kilobytes(subject, "VmLck")).isZero();
      assertThat(subject.finish()).isZero();
    }
  }

  private SubjectProcess asOrdinaryUser(int lockLimit, String... args) throws IOException {
    return SubjectProcess.startWithClassPath(
        List.of(
            "/usr/bin/prlimit",
            "--memlock=" + lockLimit + ":" + lockLimit,
            "/usr/bin/setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--"),
        PublicClassPath.in(directory),
        args);
  }

  /** The lines of the subject, which a thread of its own mixes with one of its. */
  private record Report(List<String> lines) {
    static Report of(SubjectProcess subject) throws IOException {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        lines.add(subject.line());
      }
      assertThat(lines).contains("a thread still starts");
      return new Report(lines);
    }

    long capacity(String place) {
      Pattern pattern = Pattern.compile(place + " .*capacityBytes=(\\d+),.*");
      return lines.stream()
          .map(pattern::matcher)
          .filter(Matcher::matches)
          .mapToLong(found -> Long.parseLong(found.group(1)))
          .sum();
    }
  }

  private static long kilobytes(SubjectProcess subject, String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + subject.pid() + "/status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new AssertionError("no " + field);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jtsh.launcher.doctor.Report.Entry;
import dev.jtsh.launcher.doctor.Report.Status;
import dev.jtsh.launcher.doctor.Report.Subject;
import dev.jtsh.protocol.text.SafeText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Entry OK =
      new Entry(
          Subject.MACHINE,
          "first",
          SafeText.literal("first"),
          new Outcome.Ok(SafeText.literal("seen 1"), SafeText.literal("means 1")));
  private static final Entry WARNING =
      new Entry(
          Subject.CLUSTER,
          "second",
          SafeText.literal("the second"),
          new Outcome.Warning(
              SafeText.of("se\u001b[2Jen"),
              SafeText.literal("means 2"),
              SafeText.literal("todo 2")));
  private static final Entry NOT_MEASURED =
      new Entry(
          Subject.SESSION,
          "third",
          SafeText.literal("third"),
          new Outcome.NotMeasured(SafeText.literal("seen 3"), SafeText.literal("means 3")));
  private static final Entry FAIL =
      new Entry(
          Subject.SESSION,
          "fourth",
          SafeText.literal("fourth"),
          new Outcome.Fail(
              SafeText.literal("seen 4"), SafeText.literal("means 4"), SafeText.literal("todo 4")));

  private static List<String> text(boolean colours, Entry... entries) {
    return new ReportText(colours)
        .lines(new Report(List.of(entries))).stream().map(SafeText::toString).toList();
  }

  @Test
  void theWorstDecides() {
    assertThat(new Report(List.of(OK)).worst()).isEqualTo(Status.OK);
    assertThat(new Report(List.of(OK, NOT_MEASURED)).worst()).isEqualTo(Status.NOT_MEASURED);
    assertThat(new Report(List.of(WARNING, OK, NOT_MEASURED)).worst()).isEqualTo(Status.WARNING);
    assertThat(new Report(List.of(WARNING, FAIL, OK)).worst()).isEqualTo(Status.FAIL);
  }

  @Test
  void textIsAlignedAndExplainsOnlyWhatIsNotWell() {
    assertThat(text(false, OK, WARNING, NOT_MEASURED, FAIL))
        .containsExactly(
            "This machine, and a session that would start now",
            "  ok            first       seen 1",
            "",
            "The way to the cluster",
            "  warning       the second  se\\u{1b}[2Jen",
            "                means 2",
            "                > todo 2",
            "",
            "The session around this shell",
            "  not measured  third       seen 3",
            "                means 3",
            "  fail          fourth      seen 4",
            "                means 4",
            "                > todo 4",
            "",
            "1 ok, 1 not measured, 1 to look at, 1 failed.",
            ReportText.LIMIT.toString());
  }

  @Test
  void sameExplanationTwiceInARowIsSaidOnce() {
    assertThat(text(false, NOT_MEASURED, NOT_MEASURED)).containsOnlyOnce("                means 3");
  }

  @Test
  void coloursAreOnlyAroundTheStatus() {
    assertThat(text(true, FAIL)).contains("  \u001b[31mfail        \u001b[0m  fourth  seen 4");
    assertThat(String.join("", text(false, OK, WARNING, FAIL))).doesNotContain("\u001b");
  }

  @Test
  void documentHasTheFieldsThatAreDocumented() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode json =
        mapper.readTree(
            mapper.writeValueAsString(ReportDocument.of(new Report(List.of(OK, NOT_MEASURED)))));

    assertThat(json)
        .isEqualTo(
            mapper.readTree(
                """
                {"version": 1, "worst": "not_measured",
                 "checks": [
                   {"subject": "machine", "id": "first", "status": "ok",
                    "seen": "seen 1", "means": "means 1", "todo": ""},
                   {"subject": "session", "id": "third", "status": "not_measured",
                    "seen": "seen 3", "means": "means 3", "todo": ""}],
                 "limit": "%s"}
                """
                    .formatted(ReportText.LIMIT)));
  }

  /** Also on a machine where nothing can be read: there every check still says something. */
  @Test
  void everyCheckHasANameOfItsOwnAndAnswersOnAnEmptyMachine(@TempDir Path root) {
    FakeMachine machine = new FakeMachine(root).process(300, 1, 1000, "dev.jtsh.launcher.Main");
    machine.self(300).with("JTSH_SESSION", "id-1");
    Report report =
        new Doctor(
                machine.machine(),
                new FakeProcess(),
                List.of(),
                Optional.empty(),
                ReportTest::nobody)
            .examine();

    List<String> ids = new ArrayList<>(report.entries().stream().map(Entry::id).toList());
    Set<String> different = new HashSet<>(ids);
    assertThat(ids).hasSameSizeAs(different).hasSize(29);
    assertThat(ids).allMatch(id -> id.matches("[a-z][a-z-]+"));
    for (Entry entry : report.entries()) {
      assertThat(entry.outcome().seen().toString()).as(entry.id()).isNotEmpty();
      assertThat(entry.outcome().means().toString()).as(entry.id()).isNotEmpty();
    }
  }

  @Test
  void checkThatBreaksIsNotMeasured(@TempDir Path root) {
    FakeProcess broken = new FakeProcess();
    broken.breaks = true;
    Report report =
        new Doctor(
                new FakeMachine(root).machine(),
                broken,
                List.of(),
                Optional.empty(),
                ReportTest::nobody)
            .examine();

    assertThat(report.entries().getFirst().id()).isEqualTo("kernel");
    assertThat(report.entries().getFirst().status()).isEqualTo(Status.NOT_MEASURED);
  }

  private static SessionSelf nobody() throws java.io.IOException {
    throw new java.io.IOException("nobody is there");
  }
}

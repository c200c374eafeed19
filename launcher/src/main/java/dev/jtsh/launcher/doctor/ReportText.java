// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.List;

/** The report for people: a line for each check, and two more where something is to be done. */
public final class ReportText {
  /** What the doctor cannot know (the table "Honest words" of the threat model). */
  static final SafeText LIMIT =
      SafeText.literal(
          "These checks look from inside: a hostile process of this user, or root, can fool them.");

  private static final int STATUS_WIDTH = 12;
  private static final SafeText INDENT = SafeText.literal("                ");

  private final boolean colours;

  /**
   * Writes lines.
   *
   * @param colours whether a terminal shows them
   */
  public ReportText(boolean colours) {
    this.colours = colours;
  }

  /** The lines. */
  public List<SafeText> lines(Report report) {
    int width =
        report.entries().stream().mapToInt(e -> e.title().toString().length()).max().orElse(0);
    List<SafeText> lines = new ArrayList<>();
    for (Report.Subject subject : Report.Subject.values()) {
      lines.add(heading(subject));
      SafeText said = SafeText.empty();
      for (Report.Entry entry : report.entries()) {
        if (entry.subject() == subject) {
          addEntry(lines, entry, width, said);
          said = entry.outcome().means();
        }
      }
      lines.add(SafeText.empty());
    }
    lines.add(sum(report));
    lines.add(LIMIT);
    return lines;
  }

  private void addEntry(List<SafeText> lines, Report.Entry entry, int width, SafeText said) {
    Outcome outcome = entry.outcome();
    lines.add(
        SafeText.format(
            "  {}  {}  {}", status(entry.status()), padded(entry.title(), width), outcome.seen()));
    if (entry.status() == Report.Status.OK || outcome.means().equals(said)) {
      return; // Nothing to explain, or the line above did.
    }
    lines.add(SafeText.format("{}{}", INDENT, outcome.means()));
    if (!outcome.todo().isEmpty()) {
      lines.add(SafeText.format("{}> {}", INDENT, outcome.todo()));
    }
  }

  private static SafeText heading(Report.Subject subject) {
    return switch (subject) {
      case MACHINE -> SafeText.literal("This machine, and a session that would start now");
      case CLUSTER -> SafeText.literal("The way to the cluster");
      case SESSION -> SafeText.literal("The session around this shell");
    };
  }

  private SafeText status(Report.Status status) {
    SafeText word =
        switch (status) {
          case OK -> SafeText.literal("ok");
          case NOT_MEASURED -> SafeText.literal("not measured");
          case WARNING -> SafeText.literal("warning");
          case FAIL -> SafeText.literal("fail");
        };
    SafeText padded = padded(word, STATUS_WIDTH);
    if (!colours) {
      return padded;
    }
    return switch (status) {
      case OK -> SafeText.format("\u001b[32m{}\u001b[0m", padded);
      case NOT_MEASURED -> SafeText.format("\u001b[2m{}\u001b[0m", padded);
      case WARNING -> SafeText.format("\u001b[33m{}\u001b[0m", padded);
      case FAIL -> SafeText.format("\u001b[31m{}\u001b[0m", padded);
    };
  }

  private static SafeText sum(Report report) {
    return SafeText.format(
        "{} ok, {} not measured, {} to look at, {} failed.",
        Count.of(report.count(Report.Status.OK)),
        Count.of(report.count(Report.Status.NOT_MEASURED)),
        Count.of(report.count(Report.Status.WARNING)),
        Count.of(report.count(Report.Status.FAIL)));
  }

  private static SafeText padded(SafeText text, int width) {
    SafeText padded = text;
    while (padded.toString().length() < width) {
      padded = SafeText.format("{} ", padded);
    }
    return padded;
  }
}

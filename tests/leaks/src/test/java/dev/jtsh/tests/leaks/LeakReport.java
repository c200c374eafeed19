// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.util.ArrayList;
import java.util.List;

/** What was looked through and what was found, for the assertions and as a table for people. */
final class LeakReport {
  private final String program;
  private final List<Row> rows = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long lastNanos = System.nanoTime();

  /** A report on one program. */
  LeakReport(String program) {
    this.program = program;
  }

  private record Row(String stage, String place, long bytes, int hits, double seconds) {}

  /** One place at one stage of the program's life. */
  void add(String stage, String place, Look look) {
    long now = System.nanoTime();
    double seconds = (now - lastNanos) / 1e9;
    lastNanos = now;
    rows.add(new Row(stage, place, look.bytes(), look.findings().size(), seconds));
    findings.addAll(look.findings());
  }

  /** A sentence below the table. */
  void note(String note) {
    notes.add(note);
  }

  /** Everything that should not be there. */
  List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** Shows the table. */
  void print() {
    StringBuilder out = new StringBuilder("\n" + program + "\n");
    out.append(
        "%-24s %-48s %8s %5s %5s%n".formatted("stage", "looked through", "MiB", "hits", "s"));
    for (Row row : rows) {
      out.append(
          "%-24s %-48s %8.1f %5d %5.1f%n"
              .formatted(
                  row.stage(), row.place(), row.bytes() / 1048576.0, row.hits(), row.seconds()));
    }
    findings.forEach(finding -> out.append("FOUND ").append(finding).append('\n'));
    notes.forEach(note -> out.append(note).append('\n'));
    System.out.print(out);
    System.out.flush();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;

/**
 * The report for scripts. Fields are added, never renamed; a change of meaning raises {@code
 * version}.
 *
 * @param version of this form: 1
 * @param worst the worst status of all
 * @param checks one for each check, in the order of the text
 * @param limit what the report cannot say
 */
public record ReportDocument(
    @JsonProperty("version") int version,
    @JsonProperty("worst") String worst,
    @JsonProperty("checks") List<Line> checks,
    @JsonProperty("limit") String limit) {
  private static final int VERSION = 1;

  /**
   * One check.
   *
   * @param subject {@code machine}, {@code cluster} or {@code session}
   * @param id stable
   * @param status {@code ok}, {@code not_measured}, {@code warning} or {@code fail}
   * @param seen what was looked at
   * @param means what that means
   * @param todo what to do; empty if nothing
   */
  public record Line(
      @JsonProperty("subject") String subject,
      @JsonProperty("id") String id,
      @JsonProperty("status") String status,
      @JsonProperty("seen") String seen,
      @JsonProperty("means") String means,
      @JsonProperty("todo") String todo) {}

  /** The report in this form. */
  public static ReportDocument of(Report report) {
    return new ReportDocument(
        VERSION,
        word(report.worst()),
        report.entries().stream().map(ReportDocument::line).toList(),
        ReportText.LIMIT.toString());
  }

  private static Line line(Report.Entry entry) {
    Outcome outcome = entry.outcome();
    return new Line(
        word(entry.subject()),
        entry.id(),
        word(entry.status()),
        outcome.seen().toString(),
        outcome.means().toString(),
        outcome.todo().toString());
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}

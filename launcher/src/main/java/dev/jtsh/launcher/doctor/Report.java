// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.List;

/**
 * All that was found, in the order it is shown.
 *
 * @param entries one for each check
 */
public record Report(List<Entry> entries) {
  /** Copies. */
  public Report {
    entries = List.copyOf(entries);
  }

  /** What a check is about. */
  public enum Subject {
    MACHINE,
    CLUSTER,
    SESSION
  }

  /** The words of the outcome, best first; as scripts see them in small letters. */
  public enum Status {
    OK,
    NOT_MEASURED,
    WARNING,
    FAIL;

    static Status of(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Ok ok -> OK;
        case Outcome.NotMeasured not -> NOT_MEASURED;
        case Outcome.Warning warning -> WARNING;
        case Outcome.Fail fail -> FAIL;
      };
    }
  }

  /**
   * One check.
   *
   * @param id stable, for scripts
   * @param title for people
   */
  public record Entry(Subject subject, String id, SafeText title, Outcome outcome) {
    /** The word of its outcome. */
    public Status status() {
      return Status.of(outcome);
    }
  }

  /** The worst of all. */
  public Status worst() {
    return entries.stream().map(Entry::status).max(Status::compareTo).orElse(Status.OK);
  }

  /** How many came out so. */
  public long count(Status status) {
    return entries.stream().filter(entry -> entry.status() == status).count();
  }
}

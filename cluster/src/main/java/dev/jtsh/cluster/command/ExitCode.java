// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.protocol.error.ErrorKind;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every exit status of {@code jtsh-cluster}; help and documents are made from this table. */
public enum ExitCode {
  /** Done; for {@code start}: stopped in order. */
  OK(0, "done"),
  /** Something failed inside. */
  FAILED(1, "something failed inside; the server's log says what"),
  /** The command line makes no sense. */
  USAGE(2, "wrong command line"),
  /** The configuration or a role file cannot be used. */
  CONFIG(3, "the configuration or a role file cannot be used"),
  /** No cluster runs with this data directory. */
  NOT_RUNNING(4, "no cluster runs with this data directory"),
  /** The cluster refuses. */
  REFUSED(5, "the cluster refuses"),
  /** What was named is not there. */
  NOT_FOUND(6, "what was named is not there"),
  /** It is there already or still in use. */
  CONFLICT(7, "it is there already, or still in use"),
  /** The cluster cannot start. */
  CANNOT_START(8, "the cluster cannot start: port or data directory in use, no permission"),
  /** Nobody got what was asked for. */
  OUTPUT_LOST(9, "the output could not be written");

  private final int status;
  private final String meaning;

  ExitCode(int status, String meaning) {
    this.status = status;
    this.meaning = meaning;
  }

  /** The number the process ends with. */
  public int status() {
    return status;
  }

  /** What it means, for people. */
  public String meaning() {
    return meaning;
  }

  static ExitCode of(ErrorKind kind) {
    return switch (kind) {
      case NOT_FOUND -> NOT_FOUND;
      case ALREADY_EXISTS, COMPARE_FAILED -> CONFLICT;
      case BAD_PARAMETER, ACCESS_DENIED, LIMIT_EXCEEDED, NOT_IMPLEMENTED -> REFUSED;
      case CONNECTION_PROBLEM, INTERNAL -> FAILED;
    };
  }

  static Map<String, String> table() {
    Map<String, String> table = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      table.put(Integer.toString(code.status), code.meaning);
    }
    return table;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Every exit code of {@code jtsh}: the one table that the code, the help and the documents share.
 *
 * <p>A session or {@code -- COMMAND} that was started ends with its own status instead (0 to 255).
 * The numbers of jtsh's own outcomes lie between 70 and 89, where neither kubectl nor a shell has
 * one.
 */
public enum ExitCode {
  OK(0, "done"),
  ERROR(1, "failed; also: not logged in"),
  USAGE(2, "a wrong option or argument, or a setting is missing"),
  DENIED(71, "the request was denied"),
  TIMED_OUT(72, "nobody approved the request in time"),
  NO_ACCESS(73, "the cluster does not permit this"),
  UNREACHABLE(74, "the proxy cannot be reached, or is no Teleport proxy"),
  UNTRUSTED(75, "the proxy's certificate, or the cluster's host authority, is not trusted"),
  CLOCK_SKEW(76, "this machine's clock is wrong"),
  NO_KUBE_CLUSTER(77, "no such Kubernetes cluster, or none to use"),
  PORT_IN_USE(78, "the local port is taken"),
  TRACED(79, "another process traces this one"),
  CONNECTION_LOST(80, "the connection was lost while waiting; ask again"),
  REQUEST_NOT_FOUND(81, "no such request, or it has expired"),
  REQUEST_DECIDED(82, "the request was decided before"),
  NO_SECURITY_KEY(83, "no security key here that the cluster knows"),
  MEMORY_NOT_LOCKED(84, "--mlock=strict, and secrets cannot be locked in memory"),
  FOREIGN_CODE(85, "the environment would load foreign code into jtsh"),
  NO_SESSION(86, "no jtsh session here, or it is over"),
  DOCTOR_WARNS(87, "doctor: something to look at"),
  DOCTOR_FAILS(88, "doctor: a promise does not hold here, or the session is gone"),
  CANNOT_START(126, "the shell or command cannot be started"),
  COMMAND_NOT_FOUND(127, "the command was not found"),
  HANGUP(129, "ended by SIGHUP"),
  INTERRUPTED(130, "interrupted with ^C"),
  OUTPUT_CLOSED(141, "who read the output has gone"),
  TERMINATED(143, "ended by SIGTERM");

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

  /** What it means, in a few words. */
  public String meaning() {
    return meaning;
  }

  /** The table as picocli shows it in the help. */
  static Map<String, String> table() {
    return table(values());
  }

  /** The rows of a command that ends with no other. */
  static Map<String, String> table(ExitCode... codes) {
    Map<String, String> rows = new LinkedHashMap<>();
    for (ExitCode code : codes) {
      rows.put(Integer.toString(code.status), code.meaning);
    }
    return rows;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What /proc says about processes, to everybody and also about one that is not dumpable. */
final class ProcessFiles {
  /** The class every jtsh runs. */
  private static final String PROGRAM = "dev.jtsh.launcher.Main";

  private static final int ANCESTORS_MAX = 64;

  private final Machine machine;

  ProcessFiles(Machine machine) {
    this.machine = machine;
  }

  /** Whether there is such a process, as far as this user may see. */
  boolean visible(int pid) {
    return machine.text("/proc/" + pid + "/status").isPresent();
  }

  /** A field of {@code status}. */
  Optional<String> status(String process, String field) {
    return machine.lines("/proc/" + process + "/status").stream()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip())
        .findFirst();
  }

  /** The parent. */
  Optional<Integer> parent(String process) {
    return status(process, "PPid").flatMap(ProcessFiles::number);
  }

  /** The user it runs as. */
  Optional<Integer> user(int pid) {
    return status(Integer.toString(pid), "Uid").flatMap(uids -> number(uids.split("\\s+")[0]));
  }

  /** Its arguments; none if they cannot be seen. */
  List<String> arguments(int pid) {
    return machine
        .text("/proc/" + pid + "/cmdline")
        .map(text -> List.of(text.split("\0")))
        .orElse(List.of());
  }

  /** Whether it is a jtsh. */
  boolean isProgram(int pid) {
    return arguments(pid).contains(PROGRAM);
  }

  /** The soft limit with this name in {@code limits}. */
  Optional<String> limit(int pid, String name) {
    return machine.lines("/proc/" + pid + "/limits").stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip().split("\\s+")[0])
        .findFirst();
  }

  /** The ancestors of this process that are a jtsh, the nearest first. */
  List<Integer> programsAbove() {
    List<Integer> found = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    Optional<Integer> pid = parent("self");
    while (pid.isPresent() && pid.get() > 0 && seen.size() < ANCESTORS_MAX && seen.add(pid.get())) {
      if (isProgram(pid.get())) {
        found.add(pid.get());
      }
      pid = parent(Integer.toString(pid.get()));
    }
    return found;
  }

  private static Optional<Integer> number(String text) {
    try {
      return Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}

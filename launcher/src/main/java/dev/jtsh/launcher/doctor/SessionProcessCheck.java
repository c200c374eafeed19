// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can be seen from outside of how closed the session's own process is. */
final class SessionProcessCheck implements Check {
  private final Machine machine;
  private final SessionAround.Alive session;

  SessionProcessCheck(Machine machine, SessionAround.Alive session) {
    this.machine = machine;
    this.session = session;
  }

  @Override
  public String id() {
    return "session-process";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("session's process");
  }

  @Override
  public Outcome look() {
    if (session.program().isEmpty()) {
      return new Outcome.NotMeasured(
          SafeText.literal("this system hides it (hidepid)"),
          SafeText.literal("how closed it is can be seen from inside only"));
    }
    int pid = session.program().get();
    ProcessFiles processes = new ProcessFiles(machine);
    List<String> open = new ArrayList<>();
    String tracer = processes.status(Integer.toString(pid), "TracerPid").orElse("0");
    if (!tracer.equals("0")) {
      open.add("traced by process " + tracer);
    }
    String core = processes.limit(pid, "Max core file size").orElse("0");
    if (!core.equals("0")) {
      open.add("core files up to " + core);
    }
    Optional<Integer> owner = machine.owner("/proc/" + pid);
    // The kernel gives the files of a process that is not dumpable to root.
    if (machine.uid() != 0 && owner.filter(uid -> uid == machine.uid()).isPresent()) {
      open.add("dumpable");
    }
    List<String> arguments = processes.arguments(pid);
    if (!arguments.contains("-XX:+DisableAttachMechanism")) {
      open.add("attach (jcmd) on");
    }
    if (!arguments.contains("-XX:-UsePerfData")) {
      open.add("perf data on");
    }
    return open.isEmpty()
        ? new Outcome.Ok(
            machine.uid() == 0
                ? SafeText.literal("not traced, no cores, attach off; root cannot tell dumpable")
                : SafeText.literal("not dumpable, not traced, no cores, attach off"),
            SafeText.literal("processes of this user that attach from now on are refused"))
        : new Outcome.Fail(
            SafeText.of(String.join(", ", open)),
            SafeText.literal("other processes may read the session's memory"),
            SafeText.literal("end the session and start it with jtsh's own start script"));
  }
}

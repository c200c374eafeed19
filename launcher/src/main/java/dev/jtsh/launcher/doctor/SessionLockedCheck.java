// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;

/** How much the session's process has locked in memory. */
final class SessionLockedCheck implements Check {
  private final Machine machine;
  private final SessionAround.Alive session;

  SessionLockedCheck(Machine machine, SessionAround.Alive session) {
    this.machine = machine;
    this.session = session;
  }

  @Override
  public String id() {
    return "session-locked";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("session's locked memory");
  }

  @Override
  public Outcome look() {
    ProcessFiles processes = new ProcessFiles(machine);
    Optional<Long> kib =
        session
            .program()
            .flatMap(pid -> processes.status(Integer.toString(pid), "VmLck"))
            .map(text -> Long.parseLong(text.split("\\s+")[0]));
    if (kib.isEmpty()) {
      return new Outcome.NotMeasured(
          SafeText.literal("this system hides it (hidepid)"),
          SafeText.literal("how much is locked can be seen from inside only"));
    }
    SafeText seen = SafeText.format("VmLck {}", Count.bytes(kib.get() * 1024));
    return kib.get() > 0
        ? new Outcome.Ok(
            seen,
            SafeText.literal("the session has locked memory; see its secret memory for the kind"))
        : new Outcome.Fail(
            seen,
            SafeText.literal("the kernel may write the session's secrets to swap"),
            SafeText.literal("raise the limit (ulimit -l 8192) and open a new session"));
  }
}

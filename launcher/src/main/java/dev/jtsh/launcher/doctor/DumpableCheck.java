// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.protocol.text.SafeText;

/** Whether other processes of the user can look into jtsh, and whether one does. */
final class DumpableCheck implements Check {
  private final OwnProcess self;

  DumpableCheck(OwnProcess self) {
    this.self = self;
  }

  @Override
  public String id() {
    return "dumpable";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("dumps and tracing");
  }

  @Override
  public Outcome look() {
    ProcessState state = self.state();
    if (state.tracerPid() != 0) {
      return new Outcome.Fail(
          SafeText.format("process {} traces this one", Count.of(state.tracerPid())),
          SafeText.literal("it reads everything; a headless session refuses to start"),
          SafeText.literal("run jtsh without a debugger or strace"));
    }
    return state.dumpable()
        ? new Outcome.Fail(
            SafeText.literal("this process can be dumped"),
            SafeText.literal("every process of this user can read its memory"),
            SafeText.literal("start jtsh with its own start script, and report this"))
        : new Outcome.Ok(
            SafeText.literal("not dumpable, not traced"),
            SafeText.literal("processes of this user that attach from now on are refused"));
  }
}

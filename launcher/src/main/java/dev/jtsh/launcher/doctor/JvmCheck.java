// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.List;

/** The doors a JVM leaves open unless told otherwise. */
final class JvmCheck implements Check {
  private final OwnProcess self;

  JvmCheck(OwnProcess self) {
    this.self = self;
  }

  @Override
  public String id() {
    return "jvm";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("Java's doors");
  }

  @Override
  public Outcome look() {
    ProcessState state = self.state();
    List<String> open = new ArrayList<>();
    if (!state.attachDisabled()) {
      open.add("attach (jcmd)");
    }
    if (!state.perfDataDisabled()) {
      open.add("perf data");
    }
    if (!state.heapDumpDisabled()) {
      open.add("heap dump");
    }
    return open.isEmpty()
        ? new Outcome.Ok(
            SafeText.literal("attach off, perf data off, heap dump off"),
            SafeText.literal("jcmd and its like get nothing; no file in the temporary directory"))
        : new Outcome.Fail(
            SafeText.format("open: {}", SafeText.of(String.join(", ", open))),
            SafeText.literal("tools of this user can look into jtsh, or files may appear"),
            SafeText.literal("start jtsh with its own start script"));
  }
}

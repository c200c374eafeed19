// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.protocol.text.SafeText;

/** How much memory this user may lock, and how much this process has locked. */
final class LockedMemoryCheck implements Check {
  /** Arena, keys and kubeconfig at their largest. */
  private static final long WANTED_BYTES = 1 << 20;

  private final OwnProcess self;

  LockedMemoryCheck(OwnProcess self) {
    this.self = self;
  }

  @Override
  public String id() {
    return "locked-memory";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("locked memory");
  }

  @Override
  public Outcome look() {
    ProcessState state = self.state();
    SafeText seen =
        SafeText.format(
            "{} locked; the limit is {}",
            Count.bytes(state.lockedBytes()),
            state.mayLockAll() ? SafeText.literal("none") : Count.bytes(state.lockLimitBytes()));
    if (state.mayLockAll()) {
      return new Outcome.Ok(seen, SafeText.literal("a session can lock all of its memory"));
    }
    if (state.lockLimitBytes() >= WANTED_BYTES) {
      return new Outcome.Ok(seen, SafeText.literal("enough for every secret of a session"));
    }
    SafeText todo =
        SafeText.literal("raise it: ulimit -l 8192, or memlock in /etc/security/limits.d");
    return state.lockedBytes() > 0
        ? new Outcome.Warning(
            seen, SafeText.literal("little: room for the secrets of a few clusters"), todo)
        : new Outcome.Fail(seen, SafeText.literal("secrets may be written to swap"), todo);
  }
}

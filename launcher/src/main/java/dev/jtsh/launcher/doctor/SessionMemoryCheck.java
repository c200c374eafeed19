// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.SecretArena.Kind;
import dev.jtsh.nativebindings.SecretMemoryState;
import dev.jtsh.protocol.text.SafeText;

/** Kind, bytes and limits of the running session's secret memory, as the session says it. */
final class SessionMemoryCheck implements Check {
  private final SessionAnswer answer;

  SessionMemoryCheck(SessionAnswer answer) {
    this.answer = answer;
  }

  @Override
  public String id() {
    return "session-memory";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("session's secret memory");
  }

  @Override
  public Outcome look() {
    return answer.with(SessionMemoryCheck::of);
  }

  private static Outcome of(SessionSelf self) {
    SafeText locked =
        self.process().wholeProcessLocked()
            ? SafeText.literal("whole process locked")
            : SafeText.format("VmLck {}", Count.bytes(self.process().lockedBytes()));
    SafeText seen =
        SafeText.format(
            "keys: {}; other secrets: {}; kubeconfig {}; {}, limit {}",
            words(self.keys()),
            words(self.arena()),
            SafeText.literal(self.kubeconfigLocked() ? "locked" : "not locked"),
            locked,
            Count.bytes(self.process().lockLimitBytes()));
    Kind keys = self.keys().kind();
    Kind arena = self.arena().kind();
    Kind weaker = keys.compareTo(arena) > 0 ? keys : arena;
    if (weaker == Kind.UNLOCKED || !self.kubeconfigLocked()) {
      return new Outcome.Fail(
          seen,
          SafeText.literal("the kernel may write what is not locked to swap"),
          SafeText.literal("raise the limit (ulimit -l 8192) and open a new session"));
    }
    if (full(self.keys()) || full(self.arena())) {
      return new Outcome.Warning(
          seen,
          SafeText.literal("when it is full, the next certificate or renewal fails"),
          SafeText.literal("open fewer clusters in one session, or raise the limit (ulimit -l)"));
    }
    return weaker == Kind.LOCKED
        ? new Outcome.Warning(
            seen,
            SafeText.literal("kept from swap and cores, but root can read them"),
            SafeText.literal("use a kernel with memfd_secret"))
        : new Outcome.Ok(seen, SafeText.literal("no other process reads them, root's neither"));
  }

  /** Nine tenths of what it may grow to. */
  private static boolean full(SecretMemoryState memory) {
    return memory.usedBytes() > memory.maximumBytes() / 10 * 9;
  }

  private static SafeText words(SecretMemoryState memory) {
    return SafeText.format(
        "{} of up to {}", ArenaCheck.words(memory), Count.bytes(memory.maximumBytes()));
  }
}

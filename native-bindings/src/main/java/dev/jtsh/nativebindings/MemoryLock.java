// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.RLIMIT_MEMLOCK;

import java.util.ArrayList;
import java.util.List;

/** What came of the wish to keep this process's memory out of swap. */
public sealed interface MemoryLock {
  /** Mode {@link MlockMode#OFF}: nothing was tried, nothing is promised. */
  record NotAsked() implements MemoryLock {}

  /** All of the process is locked, page by page as it is touched. */
  record WholeProcess() implements MemoryLock {}

  /** All secret places are locked; locking more could not work here, or would end the JVM. */
  record SecretsOnly() implements MemoryLock {}

  /**
   * A place for secrets is not locked: swap may see it.
   *
   * @param unlocked which, at least one
   * @param limitBytes RLIMIT_MEMLOCK; −1 for none
   */
  record Incomplete(List<SecretPlace> unlocked, long limitBytes) implements MemoryLock {
    /** Copies. */
    public Incomplete {
      unlocked = List.copyOf(unlocked);
    }
  }

  /**
   * Locks what can be locked: the whole process where that can work ({@link
   * ProcessHardening#lockWholeProcess}), and in any case the places for secrets, which are made
   * now. Call it before the first secret is there, with a mode that is decided ({@link
   * MlockMode#decided}).
   */
  static MemoryLock apply(MlockMode mode) {
    if (mode == MlockMode.OFF) {
      return new NotAsked();
    }
    if (ProcessHardening.lockWholeProcess()) {
      return new WholeProcess();
    }
    List<SecretPlace> unlocked = new ArrayList<>();
    if (!SecretArena.process().state().locked()) {
      unlocked.add(SecretPlace.ARENA);
    }
    if (!NativeKey.available() || !NativeKey.memoryState().locked()) {
      unlocked.add(SecretPlace.KEYS);
    }
    return unlocked.isEmpty() ? new SecretsOnly() : new Incomplete(unlocked, limitBytes());
  }

  /** RLIMIT_MEMLOCK, soft; −1 for none, and where there is no such limit. */
  static long limitBytes() {
    return NativeLinker.LINUX ? ProcessCalls.getrlimit(RLIMIT_MEMLOCK()).soft() : -1;
  }
}

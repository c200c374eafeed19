// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.CLOSE_RANGE_CLOEXEC;
import static dev.jtsh.nativebindings.generated.LibcBindings.MCL_CURRENT;
import static dev.jtsh.nativebindings.generated.LibcBindings.MCL_FUTURE;
import static dev.jtsh.nativebindings.generated.LibcBindings.MCL_ONFAULT;
import static dev.jtsh.nativebindings.generated.LibcBindings.PR_GET_DUMPABLE;
import static dev.jtsh.nativebindings.generated.LibcBindings.PR_SET_DUMPABLE;
import static dev.jtsh.nativebindings.generated.LibcBindings.RLIMIT_CORE;

import java.util.concurrent.atomic.AtomicInteger;

/** Makes this process hard to look into (rule 16). To be the first native call of a program. */
public final class ProcessHardening {
  private static final int OWNER_ONLY_MASK = 077;

  private static final int NOT_CHANGED = -1;
  private static final int FIRST_NOT_STANDARD = 3;
  private static final AtomicInteger ORIGINAL_UMASK = new AtomicInteger(NOT_CHANGED);

  private static volatile boolean wholeProcessLocked;

  private ProcessHardening() {}

  /**
   * Not dumpable (no core, no ptrace, no /proc/PID/mem for the same user), core size 0, inherited
   * descriptors above 2 for no child, and new files for the owner only. May be called again.
   * Elsewhere than on Linux only the last applies.
   */
  public static void apply() {
    if (NativeLinker.LINUX) {
      ProcessCalls.prctl(PR_SET_DUMPABLE(), 0);
      ProcessCalls.setrlimit(RLIMIT_CORE(), new ProcessCalls.Limit(0, 0));
      closeOnExec();
    }
    int earlier = FileCalls.umask(OWNER_ONLY_MASK);
    ORIGINAL_UMASK.compareAndSet(NOT_CHANGED, earlier);
  }

  /** No program we start gets a descriptor that was not handed to it on purpose. */
  private static void closeOnExec() {
    try {
      FileCalls.closeRange(FIRST_NOT_STANDARD, CLOSE_RANGE_CLOEXEC());
    } catch (ErrnoException e) {
      // A kernel before 5.11: ChildProcess closes them for the shell all the same.
    }
  }

  /** The umask before {@link #apply}, which children of the user's shall have. */
  public static int originalUmask() {
    int original = ORIGINAL_UMASK.get();
    if (original != NOT_CHANGED) {
      return original;
    }
    int now = FileCalls.umask(OWNER_ONLY_MASK);
    FileCalls.umask(now);
    return now;
  }

  /** Whether the process can still be dumped or traced by its own user. */
  public static boolean dumpable() {
    return !NativeLinker.LINUX || ProcessCalls.prctl(PR_GET_DUMPABLE(), 0) != 0;
  }

  /** The process that traces this one (a debugger, strace), or 0. */
  public static int tracerPid() {
    return NativeLinker.LINUX ? ProcessStatus.read().tracerPid() : 0;
  }

  /**
   * Locks the whole process in memory where that can work: for root, with CAP_IPC_LOCK, or without
   * a limit of locked memory. For anybody else it would fail, or worse, succeed and then let the
   * JVM's next thread fail; so it is not tried. The promise is the {@link SecretArena}.
   *
   * @return whether the process is locked
   */
  public static boolean lockWholeProcess() {
    if (!NativeLinker.LINUX || SecretMemory.lockableBytes() != Long.MAX_VALUE) {
      return false;
    }
    try {
      MemoryCalls.mlockall(MCL_CURRENT() | MCL_FUTURE() | MCL_ONFAULT());
      wholeProcessLocked = true;
      return true;
    } catch (ErrnoException e) {
      return false;
    }
  }

  /** Whether {@link #lockWholeProcess} has succeeded. */
  static boolean wholeProcessLocked() {
    return wholeProcessLocked;
  }
}

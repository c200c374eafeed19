// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.RLIMIT_CORE;
import static dev.jtsh.nativebindings.generated.LibcBindings.RLIMIT_MEMLOCK;

import java.nio.file.Path;
import java.util.List;

/**
 * What the kernel and the command line say about how closed this process is. A snapshot; only on
 * Linux.
 *
 * @param dumpable whether its own user may trace or dump it
 * @param coreLimitBytes RLIMIT_CORE, soft; −1 for none
 * @param lockLimitBytes RLIMIT_MEMLOCK, soft; −1 for none
 * @param lockedBytes memory locked now (VmLck): of all the address space after mlockall
 * @param mayLockAll whether no limit stands in the way: CAP_IPC_LOCK, or none is set
 * @param wholeProcessLocked whether mlockall was called and succeeded
 * @param tracerPid the process that traces this one, or 0
 * @param seccomp 0 none, 1 strict, 2 a filter
 * @param attachDisabled whether the JVM refuses jcmd and its like
 * @param perfDataDisabled whether the JVM writes no hsperfdata file
 * @param heapDumpDisabled whether the JVM leaves no heap dump when memory runs out
 */
public record ProcessState(
    boolean dumpable,
    long coreLimitBytes,
    long lockLimitBytes,
    long lockedBytes,
    boolean mayLockAll,
    boolean wholeProcessLocked,
    int tracerPid,
    int seccomp,
    boolean attachDisabled,
    boolean perfDataDisabled,
    boolean heapDumpDisabled) {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  /** Looks now. */
  public static ProcessState ofThisProcess() {
    if (!NativeLinker.LINUX) {
      throw new UnsupportedOperationException("only Linux tells this");
    }
    ProcessStatus status = ProcessStatus.read();
    List<String> flags = List.of(ProcessStatus.text(COMMAND_LINE).split("\0"));
    return new ProcessState(
        ProcessHardening.dumpable(),
        ProcessCalls.getrlimit(RLIMIT_CORE()).soft(),
        ProcessCalls.getrlimit(RLIMIT_MEMLOCK()).soft(),
        status.lockedBytes(),
        SecretMemory.lockableBytes() == Long.MAX_VALUE,
        ProcessHardening.wholeProcessLocked(),
        status.tracerPid(),
        status.seccomp(),
        isSet(flags, "DisableAttachMechanism", false),
        !isSet(flags, "UsePerfData", true),
        !isSet(flags, "HeapDumpOnOutOfMemoryError", false));
  }

  /** The JVM takes the last of several. */
  private static boolean isSet(List<String> arguments, String flag, boolean unlessGiven) {
    int on = arguments.lastIndexOf("-XX:+" + flag);
    int off = arguments.lastIndexOf("-XX:-" + flag);
    return on == off ? unlessGiven : on > off;
  }
}

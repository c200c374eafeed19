// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.MADV_WIPEONFORK;
import static dev.jtsh.nativebindings.generated.LibcBindings.MAP_ANONYMOUS;
import static dev.jtsh.nativebindings.generated.LibcBindings.MAP_PRIVATE;
import static dev.jtsh.nativebindings.generated.LibcBindings.MFD_ALLOW_SEALING;
import static dev.jtsh.nativebindings.generated.LibcBindings.MFD_CLOEXEC;
import static dev.jtsh.nativebindings.generated.LibcBindings.PROT_READ;
import static dev.jtsh.nativebindings.generated.LibcBindings.PROT_WRITE;

import java.lang.foreign.MemorySegment;

/**
 * Which of the newer calls the running kernel lets this process make, found out by making each
 * once. A container's filter can say no where the kernel would say yes.
 *
 * @param memoryFiles memfd_create with seals (Linux 3.17): the kubeconfig without a file
 * @param secretMemory memfd_secret (Linux 5.14, on by default since 6.5)
 * @param wipeOnFork MADV_WIPEONFORK (Linux 4.14): no secret in a child
 * @param closeRange close_range (Linux 5.9): no descriptor slips into a child
 * @param processDescriptors pidfd_open (Linux 5.3): a child that is not mixed up with a later one
 */
public record KernelSupport(
    boolean memoryFiles,
    boolean secretMemory,
    boolean wipeOnFork,
    boolean closeRange,
    boolean processDescriptors) {

  /** Tries all; nothing on another system than Linux. */
  public static KernelSupport probe() {
    if (!NativeLinker.LINUX) {
      return new KernelSupport(false, false, false, false, false);
    }
    int sealable = MFD_CLOEXEC() | MFD_ALLOW_SEALING();
    return new KernelSupport(
        works(() -> FileCalls.close(MemoryCalls.memfdCreate("probe", sealable))),
        works(() -> FileCalls.close(MemoryCalls.memfdSecret())),
        works(KernelSupport::tryWipeOnFork),
        works(MemoryCalls::closeRangeOfNothing),
        works(() -> FileCalls.close(MemoryCalls.pidfdOpen(ProcessCalls.getpid()))));
  }

  private static void tryWipeOnFork() {
    MemorySegment page =
        MemoryCalls.mmap(
            MemorySegment.NULL,
            MemoryCalls.PAGE_BYTES,
            PROT_READ() | PROT_WRITE(),
            MAP_PRIVATE() | MAP_ANONYMOUS(),
            -1);
    try {
      MemoryCalls.madvise(page, MADV_WIPEONFORK());
    } finally {
      MemoryCalls.munmap(page);
    }
  }

  private static boolean works(Runnable call) {
    try {
      call.run();
      return true;
    } catch (ErrnoException e) {
      return false;
    }
  }
}

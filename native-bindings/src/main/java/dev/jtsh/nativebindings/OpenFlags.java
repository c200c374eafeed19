// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import dev.jtsh.nativebindings.generated.LibcBindings;

/**
 * Flags of open(2) on the running system. The generated constants are those of Linux on x86-64; two
 * of them differ on 64-bit ARM, and nearly all on macOS, whose headers were not at hand.
 */
record OpenFlags(int create, int exclusive, int noFollow, int directory, int closeOnExec) {
  /** Those of the system we run on, whatever system is injected elsewhere. */
  static final OpenFlags HERE =
      of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));

  static OpenFlags of(String system, String cpu) {
    if (system.startsWith("Mac")) {
      return new OpenFlags(0x200, 0x800, 0x100, 0x10_0000, 0x100_0000);
    }
    boolean arm = cpu.equals("aarch64");
    return new OpenFlags(
        LibcBindings.O_CREAT(),
        LibcBindings.O_EXCL(),
        arm ? 0x8000 : LibcBindings.O_NOFOLLOW(),
        arm ? 0x4000 : LibcBindings.O_DIRECTORY(),
        LibcBindings.O_CLOEXEC());
  }
}

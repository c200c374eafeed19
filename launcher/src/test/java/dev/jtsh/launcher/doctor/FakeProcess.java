// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.CryptoLibrary;
import dev.jtsh.nativebindings.KernelSupport;
import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.nativebindings.SecretArena.Kind;
import dev.jtsh.nativebindings.SecretMemoryState;
import dev.jtsh.pki.tls.TlsEngineKind;
import java.nio.file.Path;
import java.util.Optional;

/** What a process would say of itself; all is well until a test changes it. */
final class FakeProcess implements OwnProcess {
  boolean breaks;
  boolean dumpable;
  long coreLimit;
  long lockLimit = 8 << 20;
  long locked = 512 << 10;
  boolean mayLockAll;
  int tracer;
  boolean attachDisabled = true;
  boolean perfDataDisabled = true;
  boolean heapDumpDisabled = true;
  Kind arena = Kind.MEMFD_SECRET;
  Kind keys = Kind.MEMFD_SECRET;
  KernelSupport kernel = new KernelSupport(true, true, true, true, true);
  Optional<CryptoLibrary> crypto =
      Optional.of(new CryptoLibrary(Path.of("/usr/lib/libcrypto.so.3"), "3.0.9"));
  TlsEngineKind tls = TlsEngineKind.BORINGSSL;
  boolean socketOwners = true;

  @Override
  public ProcessState state() {
    return new ProcessState(
        dumpable,
        coreLimit,
        lockLimit,
        locked,
        mayLockAll,
        false,
        tracer,
        0,
        attachDisabled,
        perfDataDisabled,
        heapDumpDisabled);
  }

  @Override
  public SecretMemoryState arena() {
    return new SecretMemoryState(arena, 256 << 10, 512 << 10, 64, 128);
  }

  @Override
  public SecretMemoryState keys() {
    return new SecretMemoryState(keys, 256 << 10, 256 << 10, 4096, 4096);
  }

  @Override
  public KernelSupport kernel() {
    if (breaks) {
      throw new IllegalStateException("the test wants it so");
    }
    return kernel;
  }

  @Override
  public Optional<CryptoLibrary> crypto() {
    return crypto;
  }

  @Override
  public TlsEngineKind tls() {
    return tls;
  }

  @Override
  public boolean tellsSocketOwners() {
    return socketOwners;
  }
}

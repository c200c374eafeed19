// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import dev.jtsh.nativebindings.generated.LibcryptoBindings;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/**
 * libcrypto's secure heap, which holds the private numbers of every key. libcrypto maps it as
 * ordinary locked memory, which root can read; so while all of it is handed out and no list of free
 * pieces lies in it, memfd_secret pages are put over it.
 */
final class CryptoSecureHeap {
  /** A P-256 key takes 576 bytes, an RSA-2048 key 1.7 kB: two keys for each of 500 clusters. */
  private static final int[] SIZES_BYTES = {
    1024 * 1024, 512 * 1024, 256 * 1024, 128 * 1024, 64 * 1024, 32 * 1024
  };

  /** So that the arena and the kubeconfig find room under the same limit. */
  private static final int SHARE_OF_LIMIT = 2;

  /** Where nothing can be locked there is no reason to be small. */
  private static final int UNLOCKED_BYTES = 256 * 1024;

  /** The smallest piece; the heap's bookkeeping outside grows as this shrinks. */
  private static final long PIECE_BYTES = 64;

  private CryptoSecureHeap() {}

  /** The heap as it was made. */
  record Installed(SecretArena.Kind kind, long capacityBytes) {}

  static Installed install(SymbolLookup library) {
    // int CRYPTO_secure_malloc_init(size_t size, size_t minsize)
    NativeFunction init =
        NativeLinker.linkWithoutErrno(
            library,
            "CRYPTO_secure_malloc_init",
            LibcryptoBindings::CRYPTO_secure_malloc_init$descriptor);
    // void *CRYPTO_secure_malloc(size_t size, const char *file, int line)
    NativeFunction malloc =
        NativeLinker.linkWithoutErrno(
            library, "CRYPTO_secure_malloc", LibcryptoBindings::CRYPTO_secure_malloc$descriptor);
    // void CRYPTO_secure_free(void *pointer, const char *file, int line)
    NativeFunction free =
        NativeLinker.linkWithoutErrno(
            library, "CRYPTO_secure_free", LibcryptoBindings::CRYPTO_secure_free$descriptor);
    long size = affordableBytes();
    try {
      // 2 means "works, but could not be locked": the pages are replaced anyway.
      if ((int) init.handle().invokeExact(size, PIECE_BYTES) == 0) {
        throw new UnsatisfiedLinkError("libcrypto could not make its secure heap");
      }
      MemorySegment none = MemorySegment.NULL;
      MemorySegment base = (MemorySegment) malloc.handle().invokeExact(size, none, 0);
      if (base.address() == 0) {
        throw new UnsatisfiedLinkError("libcrypto's secure heap is in use already");
      }
      SecretArena.Kind kind = replacePages(NativeLinker.view(base, size));
      free.handle().invokeExact(base, none, 0);
      return new Installed(kind, size);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /** Bytes of the heap in use; to be called after {@link #install} only, else libcrypto crashes. */
  static long usedBytes(SymbolLookup library) {
    // size_t CRYPTO_secure_used(void)
    NativeFunction used =
        NativeLinker.linkWithoutErrno(
            library, "CRYPTO_secure_used", LibcryptoBindings::CRYPTO_secure_used$descriptor);
    try {
      return (long) used.handle().invokeExact();
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  private static SecretArena.Kind replacePages(MemorySegment heap) {
    if (!NativeLinker.LINUX) {
      return SecretArena.Kind.UNLOCKED; // Locked by libcrypto perhaps, but that is not known here.
    }
    try {
      MemoryCalls.munlock(heap); // Else old and new pages count together against the limit.
    } catch (ErrnoException e) {
      // It was not locked: a limit near zero. The new pages will say so themselves.
    }
    return SecretMemory.place(heap, SecretArena.Kind.MEMFD_SECRET).kind();
  }

  /** The largest size that this system would give as secret pages; the smallest if none. */
  private static long affordableBytes() {
    if (NativeLinker.LINUX) {
      for (int bytes : SIZES_BYTES) {
        if (bytes > SecretMemory.lockableBytes() / SHARE_OF_LIMIT) {
          continue;
        }
        SecretMemory.Mapping trial = SecretMemory.map(bytes, SecretArena.Kind.MEMFD_SECRET);
        SecretMemory.unmap(trial);
        if (trial.kind() != SecretArena.Kind.UNLOCKED) {
          return bytes;
        }
      }
    }
    return UNLOCKED_BYTES;
  }
}

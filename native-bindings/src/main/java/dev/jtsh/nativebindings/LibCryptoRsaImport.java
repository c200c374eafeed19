// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.LibCrypto.link;
import static dev.jtsh.nativebindings.LibCrypto.ok;
import static dev.jtsh.nativebindings.LibCrypto.pointer;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.*;
import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.jtsh.nativebindings.generated.LibcryptoBindings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * RSA keys from files. libcrypto's own decoders copy the DER through its ordinary heap and free it
 * uncleansed (pieces of primes were found there), so another way is gone.
 */
final class LibCryptoRsaImport {
  static {
    // First of all: the library is loaded and initialised before its symbols are looked up.
    LibCrypto.ready();
  }

  // EVP_PKEY *EVP_PKEY_new(void)
  private static final NativeFunction KEY_NEW =
      link("EVP_PKEY_new", LibcryptoBindings::EVP_PKEY_new$descriptor);
  // int EVP_PKEY_assign(EVP_PKEY *key, int type, void *legacyKey)
  private static final NativeFunction ASSIGN =
      link("EVP_PKEY_assign", LibcryptoBindings::EVP_PKEY_assign$descriptor);
  // RSA *d2i_RSAPrivateKey(RSA **key, const unsigned char **in, long length)
  private static final NativeFunction D2I_RSA =
      link("d2i_RSAPrivateKey", LibcryptoBindings::d2i_RSAPrivateKey$descriptor);
  // void RSA_free(RSA *key)
  private static final NativeFunction RSA_FREE =
      link("RSA_free", LibcryptoBindings::RSA_free$descriptor);
  // const RSA_METHOD *RSA_PKCS1_OpenSSL(void)
  private static final NativeFunction RSA_DEFAULT =
      link("RSA_PKCS1_OpenSSL", LibcryptoBindings::RSA_PKCS1_OpenSSL$descriptor);
  // RSA_METHOD *RSA_meth_dup(const RSA_METHOD *method)
  private static final NativeFunction RSA_METHOD_DUP =
      link("RSA_meth_dup", LibcryptoBindings::RSA_meth_dup$descriptor);
  // int RSA_set_method(RSA *key, const RSA_METHOD *method)
  private static final NativeFunction RSA_SET_METHOD =
      link("RSA_set_method", LibcryptoBindings::RSA_set_method$descriptor);
  // void RSA_clear_flags(RSA *key, int flags)
  private static final NativeFunction RSA_CLEAR_FLAGS =
      link("RSA_clear_flags", LibcryptoBindings::RSA_clear_flags$descriptor);

  /**
   * Another method object than libcrypto's own: see {@link #read}. Lives as long as the process.
   */
  private static final MemorySegment OWN_RSA_METHOD = ownRsaMethod();

  private LibCryptoRsaImport() {}

  /**
   * An RSA key from PKCS#1 DER in secret memory. The low-level reader puts the secret numbers into
   * the secure heap; a provider would then copy them into the ordinary one. It does not get them,
   * because a key with a method object of its own is used by the low-level code itself. With the
   * cache of the primes off, nothing of them stays behind after a signature, so that these keys
   * need no copy per signature. The caller frees the key.
   */
  static MemorySegment read(MemorySegment pkcs1) {
    try (Arena arena = Arena.ofConfined()) {
      LibCrypto.clearErrors();
      MemorySegment in = arena.allocateFrom(ADDRESS, pkcs1);
      MemorySegment none = MemorySegment.NULL;
      MemorySegment rsa = (MemorySegment) D2I_RSA.handle().invokeExact(none, in, pkcs1.byteSize());
      if (rsa.address() == 0) {
        LibCrypto.clearErrors();
        throw PrivateKeyDer.Reader.malformed();
      }
      try {
        ok("RSA_set_method", (int) RSA_SET_METHOD.handle().invokeExact(rsa, OWN_RSA_METHOD));
        int cache = RSA_FLAG_CACHE_PRIVATE();
        RSA_CLEAR_FLAGS.handle().invokeExact(rsa, cache);
        MemorySegment key = pointer("EVP_PKEY_new", (MemorySegment) KEY_NEW.handle().invokeExact());
        int type = EVP_PKEY_RSA();
        int assigned = (int) ASSIGN.handle().invokeExact(key, type, rsa);
        if (assigned != 1) {
          LibCrypto.free(key);
        }
        ok("EVP_PKEY_assign", assigned);
        return key;
      } catch (CryptoLibraryException e) {
        RSA_FREE.handle().invokeExact(rsa);
        throw e;
      }
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  private static MemorySegment ownRsaMethod() {
    try {
      MemorySegment method = (MemorySegment) RSA_DEFAULT.handle().invokeExact();
      return pointer("RSA_meth_dup", (MemorySegment) RSA_METHOD_DUP.handle().invokeExact(method));
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }
}

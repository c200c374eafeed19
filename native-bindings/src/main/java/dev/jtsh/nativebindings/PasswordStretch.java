// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.generated.LibcryptoBindings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * PBKDF2 with HMAC-SHA-256 (RFC 8018) by libcrypto, straight from the memory a password lies in:
 * what comes out may pass the Java heap, where the password itself must not. libcrypto clears what
 * it copied.
 */
public final class PasswordStretch {
  // int PKCS5_PBKDF2_HMAC(const char *pass, int passlen, const unsigned char *salt, int saltlen,
  // int iter, const EVP_MD *digest, int keylen, unsigned char *out)
  private static final NativeFunction PBKDF2 =
      LibCrypto.link("PKCS5_PBKDF2_HMAC", LibcryptoBindings::PKCS5_PBKDF2_HMAC$descriptor);

  private PasswordStretch() {}

  /**
   * Derives {@code bytes} bytes. Needs libcrypto: ask {@link NativeKey#available}.
   *
   * @param password native memory, not empty
   * @throws CryptoLibraryException if libcrypto refuses
   */
  public static byte[] pbkdf2Sha256(
      MemorySegment password, byte[] salt, int iterations, int bytes) {
    if (!password.isNative() || password.byteSize() == 0) {
      throw new IllegalArgumentException("a password in native memory is needed");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(JAVA_BYTE, salt);
      MemorySegment derived = arena.allocate(bytes);
      int length = Math.toIntExact(password.byteSize());
      MemorySegment digest = LibCrypto.sha256();
      LibCrypto.clearErrors();
      int done =
          (int)
              PBKDF2
                  .handle()
                  .invokeExact(
                      password, length, from, salt.length, iterations, digest, bytes, derived);
      LibCrypto.ok("PKCS5_PBKDF2_HMAC", done);
      byte[] copy = derived.toArray(JAVA_BYTE);
      derived.fill((byte) 0);
      return copy;
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }
}

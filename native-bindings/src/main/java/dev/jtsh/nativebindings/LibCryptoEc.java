// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.LibCrypto.clearErrors;
import static dev.jtsh.nativebindings.LibCrypto.link;
import static dev.jtsh.nativebindings.LibCrypto.ok;
import static dev.jtsh.nativebindings.LibCrypto.pointer;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.*;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.jtsh.nativebindings.generated.LibcryptoBindings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * P-256 keys by libcrypto's low-level calls. Its EVP calls are not used for them: to make a nonce
 * they write the scalar onto the stack of the signing thread and leave it there (OpenSSL 3.0), and
 * to read a key they copy it through the ordinary heap. Here the scalar is in the secure heap
 * alone, also while a signature is made; the nonce is drawn from libcrypto's private random
 * generator.
 */
final class LibCryptoEc {
  static {
    // First of all: the library is loaded and initialised before its symbols are looked up.
    LibCrypto.ready();
  }

  // EC_KEY *EC_KEY_new_by_curve_name(int nid)
  private static final NativeFunction NEW =
      link("EC_KEY_new_by_curve_name", LibcryptoBindings::EC_KEY_new_by_curve_name$descriptor);
  // void EC_KEY_free(EC_KEY *key)
  private static final NativeFunction FREE =
      link("EC_KEY_free", LibcryptoBindings::EC_KEY_free$descriptor);
  // int EC_KEY_generate_key(EC_KEY *key)
  private static final NativeFunction GENERATE =
      link("EC_KEY_generate_key", LibcryptoBindings::EC_KEY_generate_key$descriptor);
  // int EC_KEY_check_key(const EC_KEY *key)
  private static final NativeFunction CHECK =
      link("EC_KEY_check_key", LibcryptoBindings::EC_KEY_check_key$descriptor);
  // int EC_KEY_oct2priv(EC_KEY *key, const unsigned char *bytes, size_t length)
  private static final NativeFunction READ_SCALAR =
      link("EC_KEY_oct2priv", LibcryptoBindings::EC_KEY_oct2priv$descriptor);
  // size_t EC_KEY_priv2oct(const EC_KEY *key, unsigned char *bytes, size_t length)
  private static final NativeFunction WRITE_SCALAR =
      link("EC_KEY_priv2oct", LibcryptoBindings::EC_KEY_priv2oct$descriptor);
  // const BIGNUM *EC_KEY_get0_private_key(const EC_KEY *key)
  private static final NativeFunction SCALAR =
      link("EC_KEY_get0_private_key", LibcryptoBindings::EC_KEY_get0_private_key$descriptor);
  // const EC_POINT *EC_KEY_get0_public_key(const EC_KEY *key)
  private static final NativeFunction POINT =
      link("EC_KEY_get0_public_key", LibcryptoBindings::EC_KEY_get0_public_key$descriptor);
  // const EC_GROUP *EC_KEY_get0_group(const EC_KEY *key)
  private static final NativeFunction GROUP =
      link("EC_KEY_get0_group", LibcryptoBindings::EC_KEY_get0_group$descriptor);
  // int EC_KEY_set_public_key(EC_KEY *key, const EC_POINT *point)
  private static final NativeFunction SET_POINT =
      link("EC_KEY_set_public_key", LibcryptoBindings::EC_KEY_set_public_key$descriptor);
  // EC_POINT *EC_POINT_new(const EC_GROUP *group)
  private static final NativeFunction POINT_NEW =
      link("EC_POINT_new", LibcryptoBindings::EC_POINT_new$descriptor);
  // void EC_POINT_free(EC_POINT *point)
  private static final NativeFunction POINT_FREE =
      link("EC_POINT_free", LibcryptoBindings::EC_POINT_free$descriptor);
  // int EC_POINT_mul(const EC_GROUP *, EC_POINT *r, const BIGNUM *n, const EC_POINT *q,
  //     const BIGNUM *m, BN_CTX *ctx): r = generator * n
  private static final NativeFunction POINT_MUL =
      link("EC_POINT_mul", LibcryptoBindings::EC_POINT_mul$descriptor);
  // size_t EC_POINT_point2oct(const EC_GROUP *, const EC_POINT *, point_conversion_form_t form,
  //     unsigned char *buffer, size_t length, BN_CTX *ctx)
  private static final NativeFunction POINT_WRITE =
      link("EC_POINT_point2oct", LibcryptoBindings::EC_POINT_point2oct$descriptor);
  // int ECDSA_sign_setup(EC_KEY *key, BN_CTX *ctx, BIGNUM **kinv, BIGNUM **rp)
  private static final NativeFunction SIGN_SETUP =
      link("ECDSA_sign_setup", LibcryptoBindings::ECDSA_sign_setup$descriptor);
  // int ECDSA_sign_ex(int type, const unsigned char *digest, int length, unsigned char *signature,
  //     unsigned int *signatureLength, const BIGNUM *kinv, const BIGNUM *rp, EC_KEY *key)
  private static final NativeFunction SIGN =
      link("ECDSA_sign_ex", LibcryptoBindings::ECDSA_sign_ex$descriptor);
  // void BN_clear_free(BIGNUM *number)
  private static final NativeFunction NUMBER_FREE =
      link("BN_clear_free", LibcryptoBindings::BN_clear_free$descriptor);

  private static final int SCALAR_BYTES = 32;
  private static final int POINT_BYTES = 65;

  /** SEQUENCE of two INTEGERs of at most 33 bytes. */
  private static final int SIGNATURE_BYTES_MAX = 72;

  private LibCryptoEc() {}

  /** A fresh key; the caller frees it. */
  static MemorySegment generate() {
    try {
      clearErrors();
      MemorySegment key = newKey();
      int generated = (int) GENERATE.handle().invokeExact(key);
      if (generated != 1) {
        FREE.handle().invokeExact(key);
      }
      ok("EC_KEY_generate_key", generated);
      return key;
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /**
   * A key from its big-endian scalar in secret memory; the public half, which many files lack, is
   * computed. The caller frees it.
   */
  static MemorySegment read(MemorySegment scalar) {
    try {
      clearErrors();
      MemorySegment key = newKey();
      MemorySegment group = (MemorySegment) GROUP.handle().invokeExact(key);
      MemorySegment point = (MemorySegment) POINT_NEW.handle().invokeExact(group);
      try {
        pointer("EC_POINT_new", point);
        long length = scalar.byteSize();
        ok("EC_KEY_oct2priv", (int) READ_SCALAR.handle().invokeExact(key, scalar, length));
        MemorySegment number = (MemorySegment) SCALAR.handle().invokeExact(key);
        MemorySegment none = MemorySegment.NULL;
        ok(
            "EC_POINT_mul",
            (int) POINT_MUL.handle().invokeExact(group, point, number, none, none, none));
        ok("EC_KEY_set_public_key", (int) SET_POINT.handle().invokeExact(key, point));
        ok("EC_KEY_check_key", (int) CHECK.handle().invokeExact(key));
        return key;
      } catch (CryptoLibraryException e) {
        FREE.handle().invokeExact(key);
        throw new KeyFormatException("not a private key of the curve P-256");
      } finally {
        POINT_FREE.handle().invokeExact(point);
      }
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  static void free(MemorySegment key) {
    try {
      FREE.handle().invokeExact(key);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /** The public point, uncompressed: 65 bytes. */
  static byte[] publicPoint(MemorySegment key) {
    try (Arena arena = Arena.ofConfined()) {
      clearErrors();
      MemorySegment group = (MemorySegment) GROUP.handle().invokeExact(key);
      MemorySegment point = (MemorySegment) POINT.handle().invokeExact(key);
      MemorySegment out = arena.allocate(POINT_BYTES);
      int form = POINT_CONVERSION_UNCOMPRESSED();
      long size = POINT_BYTES;
      MemorySegment none = MemorySegment.NULL;
      long written = (long) POINT_WRITE.handle().invokeExact(group, point, form, out, size, none);
      ok("EC_POINT_point2oct", written == POINT_BYTES ? 1 : 0);
      return out.toArray(JAVA_BYTE);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /** Writes the scalar, big-endian, into 32 bytes of secret memory. */
  static void scalar(MemorySegment key, MemorySegment into) {
    try {
      clearErrors();
      long size = SCALAR_BYTES;
      long written = (long) WRITE_SCALAR.handle().invokeExact(key, into, size);
      ok("EC_KEY_priv2oct", written == SCALAR_BYTES ? 1 : 0);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /** An ECDSA signature in DER form. */
  static byte[] sign(MemorySegment key, byte[] digest) {
    try (Arena arena = Arena.ofConfined()) {
      clearErrors();
      MemorySegment none = MemorySegment.NULL;
      MemorySegment inverse = arena.allocateFrom(ADDRESS, MemorySegment.NULL);
      MemorySegment r = arena.allocateFrom(ADDRESS, MemorySegment.NULL);
      ok("ECDSA_sign_setup", (int) SIGN_SETUP.handle().invokeExact(key, none, inverse, r));
      MemorySegment inverseNumber = inverse.get(ADDRESS, 0);
      MemorySegment rNumber = r.get(ADDRESS, 0);
      try {
        MemorySegment in = arena.allocateFrom(JAVA_BYTE, digest);
        MemorySegment out = arena.allocate(SIGNATURE_BYTES_MAX);
        MemorySegment length = arena.allocate(JAVA_INT);
        int digestBytes = digest.length;
        ok(
            "ECDSA_sign_ex",
            (int)
                SIGN.handle()
                    .invokeExact(0, in, digestBytes, out, length, inverseNumber, rNumber, key));
        return out.asSlice(0, length.get(JAVA_INT, 0)).toArray(JAVA_BYTE);
      } finally {
        NUMBER_FREE.handle().invokeExact(inverseNumber);
        NUMBER_FREE.handle().invokeExact(rNumber);
      }
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  private static MemorySegment newKey() throws Throwable {
    int curve = NID_X9_62_prime256v1();
    return pointer("EC_KEY_new_by_curve_name", (MemorySegment) NEW.handle().invokeExact(curve));
  }
}

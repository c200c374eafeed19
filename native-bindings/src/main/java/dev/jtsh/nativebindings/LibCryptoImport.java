// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.LibCrypto.link;
import static dev.jtsh.nativebindings.LibCrypto.ok;
import static dev.jtsh.nativebindings.LibCrypto.pointer;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.*;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.generated.ossl_param_st;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Keys from numbers in secret memory. libcrypto's own decoders copy the DER through its ordinary
 * heap and free it uncleansed (pieces of RSA primes were found there), so each kind goes a way on
 * which its numbers pass from our memory to the secure heap directly.
 */
final class LibCryptoImport {
  static {
    // First of all: the library is loaded and initialised before its symbols are looked up.
    LibCrypto.ready();
  }

  // EVP_PKEY_CTX *EVP_PKEY_CTX_new_from_name(OSSL_LIB_CTX *, const char *name, const char *query)
  private static final MethodHandle CTX_NEW =
      link("EVP_PKEY_CTX_new_from_name", EVP_PKEY_CTX_new_from_name$descriptor());
  // void EVP_PKEY_CTX_free(EVP_PKEY_CTX *ctx)
  private static final MethodHandle CTX_FREE =
      link("EVP_PKEY_CTX_free", EVP_PKEY_CTX_free$descriptor());
  // int EVP_PKEY_fromdata_init(EVP_PKEY_CTX *ctx)
  private static final MethodHandle FROMDATA_INIT =
      link("EVP_PKEY_fromdata_init", EVP_PKEY_fromdata_init$descriptor());
  // int EVP_PKEY_fromdata(EVP_PKEY_CTX *ctx, EVP_PKEY **key, int selection, OSSL_PARAM params[])
  private static final MethodHandle FROMDATA =
      link("EVP_PKEY_fromdata", EVP_PKEY_fromdata$descriptor());
  // EVP_PKEY *EVP_PKEY_new(void)
  private static final MethodHandle KEY_NEW = link("EVP_PKEY_new", EVP_PKEY_new$descriptor());
  // int EVP_PKEY_assign(EVP_PKEY *key, int type, void *legacyKey)
  private static final MethodHandle ASSIGN = link("EVP_PKEY_assign", EVP_PKEY_assign$descriptor());
  // RSA *d2i_RSAPrivateKey(RSA **key, const unsigned char **in, long length)
  private static final MethodHandle D2I_RSA =
      link("d2i_RSAPrivateKey", d2i_RSAPrivateKey$descriptor());
  // void RSA_free(RSA *key)
  private static final MethodHandle RSA_FREE = link("RSA_free", RSA_free$descriptor());
  // const RSA_METHOD *RSA_PKCS1_OpenSSL(void)
  private static final MethodHandle RSA_DEFAULT =
      link("RSA_PKCS1_OpenSSL", RSA_PKCS1_OpenSSL$descriptor());
  // RSA_METHOD *RSA_meth_dup(const RSA_METHOD *method)
  private static final MethodHandle RSA_METHOD_DUP =
      link("RSA_meth_dup", RSA_meth_dup$descriptor());
  // int RSA_set_method(RSA *key, const RSA_METHOD *method)
  private static final MethodHandle RSA_SET_METHOD =
      link("RSA_set_method", RSA_set_method$descriptor());
  // void RSA_clear_flags(RSA *key, int flags)
  private static final MethodHandle RSA_CLEAR_FLAGS =
      link("RSA_clear_flags", RSA_clear_flags$descriptor());
  // BIGNUM *BN_secure_new(void)
  private static final MethodHandle BN_NEW = link("BN_secure_new", BN_secure_new$descriptor());
  // BIGNUM *BN_bin2bn(const unsigned char *bytes, int length, BIGNUM *into)
  private static final MethodHandle BN_READ = link("BN_bin2bn", BN_bin2bn$descriptor());
  // void BN_clear_free(BIGNUM *number)
  private static final MethodHandle BN_FREE = link("BN_clear_free", BN_clear_free$descriptor());
  // EC_GROUP *EC_GROUP_new_by_curve_name(int nid)
  private static final MethodHandle GROUP_NEW =
      link("EC_GROUP_new_by_curve_name", EC_GROUP_new_by_curve_name$descriptor());
  // void EC_GROUP_free(EC_GROUP *group)
  private static final MethodHandle GROUP_FREE = link("EC_GROUP_free", EC_GROUP_free$descriptor());
  // EC_POINT *EC_POINT_new(const EC_GROUP *group)
  private static final MethodHandle POINT_NEW = link("EC_POINT_new", EC_POINT_new$descriptor());
  // void EC_POINT_free(EC_POINT *point)
  private static final MethodHandle POINT_FREE = link("EC_POINT_free", EC_POINT_free$descriptor());
  // int EC_POINT_mul(const EC_GROUP *, EC_POINT *r, const BIGNUM *n, const EC_POINT *q,
  //     const BIGNUM *m, BN_CTX *ctx): r = generator * n
  private static final MethodHandle POINT_MUL = link("EC_POINT_mul", EC_POINT_mul$descriptor());
  // size_t EC_POINT_point2oct(const EC_GROUP *, const EC_POINT *, point_conversion_form_t form,
  //     unsigned char *buffer, size_t length, BN_CTX *ctx)
  private static final MethodHandle POINT_WRITE =
      link("EC_POINT_point2oct", EC_POINT_point2oct$descriptor());

  private static final int SCALAR_BYTES = 32;
  private static final int POINT_BYTES = 65;

  /** Another method object than libcrypto's own: see {@link #rsa}. Lives as long as the process. */
  private static final MemorySegment OWN_RSA_METHOD = ownRsaMethod();

  private LibCryptoImport() {}

  /**
   * A P-256 key from its big-endian scalar in secret memory. The provider takes the scalar from our
   * memory into the secure heap. The caller frees the key.
   */
  static MemorySegment p256(MemorySegment scalar, SecretArena secrets) {
    try (Arena arena = Arena.ofConfined();
        SecretBuffer littleEndian = secrets.allocate(SCALAR_BYTES)) {
      for (long i = 0; i < scalar.byteSize(); i++) {
        byte digit = scalar.get(JAVA_BYTE, scalar.byteSize() - 1 - i);
        littleEndian.segment().set(JAVA_BYTE, i, digit);
      }
      MemorySegment params = ossl_param_st.allocateArray(4, arena);
      MemorySegment group = arena.allocateFrom("P-256");
      set(params, 0, OSSL_PKEY_PARAM_GROUP_NAME(), OSSL_PARAM_UTF8_STRING(), group);
      ossl_param_st.data_size(ossl_param_st.asSlice(params, 0), group.byteSize() - 1);
      MemorySegment point = publicPoint(scalar, arena);
      set(params, 1, OSSL_PKEY_PARAM_PUB_KEY(), OSSL_PARAM_OCTET_STRING(), point);
      set(
          params,
          2,
          OSSL_PKEY_PARAM_PRIV_KEY(),
          OSSL_PARAM_UNSIGNED_INTEGER(),
          littleEndian.segment());
      return fromData(arena, params);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /**
   * An RSA key from PKCS#1 DER in secret memory. The low-level reader puts the secret numbers into
   * the secure heap; a provider would then copy them into the ordinary one. It does not get them,
   * because a key with a method object of its own is used by the low-level code itself. With the
   * cache of the primes off, nothing of them stays behind after a signature, so that these keys
   * need no copy per signature. The caller frees the key.
   */
  static MemorySegment rsa(MemorySegment pkcs1) {
    try (Arena arena = Arena.ofConfined()) {
      LibCrypto.clearErrors();
      MemorySegment in = arena.allocateFrom(ADDRESS, pkcs1);
      MemorySegment none = MemorySegment.NULL;
      MemorySegment rsa = (MemorySegment) D2I_RSA.invokeExact(none, in, pkcs1.byteSize());
      if (rsa.address() == 0) {
        LibCrypto.clearErrors();
        throw PrivateKeyDer.Reader.malformed();
      }
      try {
        ok("RSA_set_method", (int) RSA_SET_METHOD.invokeExact(rsa, OWN_RSA_METHOD));
        int cache = RSA_FLAG_CACHE_PRIVATE();
        RSA_CLEAR_FLAGS.invokeExact(rsa, cache);
        MemorySegment key = pointer("EVP_PKEY_new", (MemorySegment) KEY_NEW.invokeExact());
        int type = EVP_PKEY_RSA();
        int assigned = (int) ASSIGN.invokeExact(key, type, rsa);
        if (assigned != 1) {
          LibCrypto.free(key);
        }
        ok("EVP_PKEY_assign", assigned);
        return key;
      } catch (CryptoLibraryException e) {
        RSA_FREE.invokeExact(rsa);
        throw e;
      }
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  private static MemorySegment fromData(Arena arena, MemorySegment params) throws Throwable {
    LibCrypto.clearErrors();
    MemorySegment none = MemorySegment.NULL;
    MemorySegment name = arena.allocateFrom("EC");
    MemorySegment ctx =
        pointer(
            "EVP_PKEY_CTX_new_from_name", (MemorySegment) CTX_NEW.invokeExact(none, name, none));
    try {
      ok("EVP_PKEY_fromdata_init", (int) FROMDATA_INIT.invokeExact(ctx));
      MemorySegment key = arena.allocateFrom(ADDRESS, MemorySegment.NULL);
      int selection = EVP_PKEY_KEYPAIR();
      ok("EVP_PKEY_fromdata", (int) FROMDATA.invokeExact(ctx, key, selection, params));
      return key.get(ADDRESS, 0);
    } finally {
      CTX_FREE.invokeExact(ctx);
    }
  }

  /** The public half, uncompressed: many files lack it. */
  private static MemorySegment publicPoint(MemorySegment scalar, Arena arena) throws Throwable {
    LibCrypto.clearErrors();
    int curve = NID_X9_62_prime256v1();
    MemorySegment group =
        pointer("EC_GROUP_new_by_curve_name", (MemorySegment) GROUP_NEW.invokeExact(curve));
    MemorySegment number = (MemorySegment) BN_NEW.invokeExact();
    MemorySegment point = (MemorySegment) POINT_NEW.invokeExact(group);
    try {
      pointer("BN_secure_new", number);
      pointer("EC_POINT_new", point);
      int length = (int) scalar.byteSize();
      MemorySegment none = MemorySegment.NULL;
      pointer("BN_bin2bn", (MemorySegment) BN_READ.invokeExact(scalar, length, number));
      ok("EC_POINT_mul", (int) POINT_MUL.invokeExact(group, point, number, none, none, none));
      MemorySegment out = arena.allocate(POINT_BYTES);
      int form = POINT_CONVERSION_UNCOMPRESSED();
      long size = POINT_BYTES;
      long written = (long) POINT_WRITE.invokeExact(group, point, form, out, size, none);
      if (written != POINT_BYTES) {
        throw PrivateKeyDer.Reader.malformed(); // The scalar is 0, or a multiple of the order.
      }
      return out;
    } finally {
      POINT_FREE.invokeExact(point);
      BN_FREE.invokeExact(number);
      GROUP_FREE.invokeExact(group);
    }
  }

  private static void set(
      MemorySegment params, int index, MemorySegment name, int type, MemorySegment value) {
    MemorySegment param = ossl_param_st.asSlice(params, index);
    ossl_param_st.key(param, name);
    ossl_param_st.data_type(param, type);
    ossl_param_st.data(param, value);
    ossl_param_st.data_size(param, value.byteSize());
  }

  private static MemorySegment ownRsaMethod() {
    try {
      MemorySegment method = (MemorySegment) RSA_DEFAULT.invokeExact();
      return pointer("RSA_meth_dup", (MemorySegment) RSA_METHOD_DUP.invokeExact(method));
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }
}

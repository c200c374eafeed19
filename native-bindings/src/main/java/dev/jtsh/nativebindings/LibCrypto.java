// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcryptoBindings.*;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.jtsh.nativebindings.generated.LibcryptoBindings;
import dev.jtsh.nativebindings.generated.ossl_param_st;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * libcrypto itself and its RSA calls. Its errors become {@link CryptoLibraryException}. Loading
 * this class initialises libcrypto: without the configuration file of the environment (rule 19),
 * and with its secure heap on pages nobody else can read.
 */
final class LibCrypto {
  private static final SymbolLookup LIBRARY = CryptoLibraryFile.require();

  // int OPENSSL_init_crypto(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
  private static final NativeFunction INIT =
      link("OPENSSL_init_crypto", LibcryptoBindings::OPENSSL_init_crypto$descriptor);
  // unsigned long OpenSSL_version_num(void)
  private static final NativeFunction VERSION =
      link("OpenSSL_version_num", LibcryptoBindings::OpenSSL_version_num$descriptor);

  /** Linked before any other call, so that no EVP call can come before the initialisation. */
  private static final CryptoSecureHeap.Installed HEAP = initialise();

  private static final AtomicLong PEAK_BYTES = new AtomicLong();

  // void CRYPTO_free(void *ptr, const char *file, int line)
  private static final NativeFunction FREE =
      link("CRYPTO_free", LibcryptoBindings::CRYPTO_free$descriptor);
  // void ERR_clear_error(void)
  private static final NativeFunction CLEAR_ERROR =
      link("ERR_clear_error", LibcryptoBindings::ERR_clear_error$descriptor);
  // unsigned long ERR_get_error(void)
  private static final NativeFunction GET_ERROR =
      link("ERR_get_error", LibcryptoBindings::ERR_get_error$descriptor);
  // void ERR_error_string_n(unsigned long e, char *buf, size_t len)
  private static final NativeFunction ERROR_STRING =
      link("ERR_error_string_n", LibcryptoBindings::ERR_error_string_n$descriptor);
  // EVP_PKEY_CTX *EVP_PKEY_CTX_new_from_name(OSSL_LIB_CTX *, const char *name, const char *query)
  private static final NativeFunction CTX_NEW =
      link("EVP_PKEY_CTX_new_from_name", LibcryptoBindings::EVP_PKEY_CTX_new_from_name$descriptor);
  // void EVP_PKEY_CTX_free(EVP_PKEY_CTX *ctx)
  private static final NativeFunction CTX_FREE =
      link("EVP_PKEY_CTX_free", LibcryptoBindings::EVP_PKEY_CTX_free$descriptor);
  // int EVP_PKEY_keygen_init(EVP_PKEY_CTX *ctx)
  private static final NativeFunction KEYGEN_INIT =
      link("EVP_PKEY_keygen_init", LibcryptoBindings::EVP_PKEY_keygen_init$descriptor);
  // int EVP_PKEY_CTX_set_rsa_keygen_bits(EVP_PKEY_CTX *ctx, int bits)
  private static final NativeFunction SET_RSA_BITS =
      link(
          "EVP_PKEY_CTX_set_rsa_keygen_bits",
          LibcryptoBindings::EVP_PKEY_CTX_set_rsa_keygen_bits$descriptor);
  // int EVP_PKEY_generate(EVP_PKEY_CTX *ctx, EVP_PKEY **key)
  private static final NativeFunction GENERATE =
      link("EVP_PKEY_generate", LibcryptoBindings::EVP_PKEY_generate$descriptor);
  // EVP_PKEY *EVP_PKEY_dup(EVP_PKEY *key)
  private static final NativeFunction DUP =
      link("EVP_PKEY_dup", LibcryptoBindings::EVP_PKEY_dup$descriptor);
  // void EVP_PKEY_free(EVP_PKEY *key)
  private static final NativeFunction KEY_FREE =
      link("EVP_PKEY_free", LibcryptoBindings::EVP_PKEY_free$descriptor);
  // int EVP_PKEY_get_params(const EVP_PKEY *key, OSSL_PARAM params[])
  private static final NativeFunction GET_PARAMS =
      link("EVP_PKEY_get_params", LibcryptoBindings::EVP_PKEY_get_params$descriptor);
  // int EVP_PKEY_get_bits(const EVP_PKEY *key)
  private static final NativeFunction GET_BITS =
      link("EVP_PKEY_get_bits", LibcryptoBindings::EVP_PKEY_get_bits$descriptor);
  // EVP_MD_CTX *EVP_MD_CTX_new(void)
  private static final NativeFunction MD_NEW =
      link("EVP_MD_CTX_new", LibcryptoBindings::EVP_MD_CTX_new$descriptor);
  // void EVP_MD_CTX_free(EVP_MD_CTX *ctx)
  private static final NativeFunction MD_FREE =
      link("EVP_MD_CTX_free", LibcryptoBindings::EVP_MD_CTX_free$descriptor);
  // int EVP_DigestSignInit(EVP_MD_CTX *, EVP_PKEY_CTX **, const EVP_MD *, ENGINE *, EVP_PKEY *)
  private static final NativeFunction SIGN_INIT =
      link("EVP_DigestSignInit", LibcryptoBindings::EVP_DigestSignInit$descriptor);
  // int EVP_DigestSign(EVP_MD_CTX *, unsigned char *sig, size_t *len, const unsigned char *,
  // size_t)
  private static final NativeFunction SIGN =
      link("EVP_DigestSign", LibcryptoBindings::EVP_DigestSign$descriptor);
  // int EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int mode)
  private static final NativeFunction SET_PADDING =
      link(
          "EVP_PKEY_CTX_set_rsa_padding",
          LibcryptoBindings::EVP_PKEY_CTX_set_rsa_padding$descriptor);
  // int EVP_PKEY_CTX_set_rsa_pss_saltlen(EVP_PKEY_CTX *ctx, int length)
  private static final NativeFunction SET_SALT_LENGTH =
      link(
          "EVP_PKEY_CTX_set_rsa_pss_saltlen",
          LibcryptoBindings::EVP_PKEY_CTX_set_rsa_pss_saltlen$descriptor);
  // int i2d_PUBKEY(const EVP_PKEY *key, unsigned char **out)
  private static final NativeFunction I2D_PUBKEY =
      link("i2d_PUBKEY", LibcryptoBindings::i2d_PUBKEY$descriptor);

  // const EVP_MD *EVP_sha256(void) and its like: static objects, asked for once.
  private static final MemorySegment SHA256 =
      digest("EVP_sha256", LibcryptoBindings::EVP_sha256$descriptor);
  private static final MemorySegment SHA384 =
      digest("EVP_sha384", LibcryptoBindings::EVP_sha384$descriptor);
  private static final MemorySegment SHA512 =
      digest("EVP_sha512", LibcryptoBindings::EVP_sha512$descriptor);

  /** Room for the signature of an RSA key of 8192 bits. */
  private static final int SIGNATURE_BYTES_MAX = 1024;

  private LibCrypto() {}

  /** One number of a key, fetched little-endian into memory of the caller. */
  record KeyNumber(MemorySegment name, MemorySegment into) {}

  /** Loads and initialises libcrypto, if that has not happened yet. */
  static void ready() {}

  /** The peak is the most of all calls of this. */
  static SecretMemoryState heapState() {
    long used = CryptoSecureHeap.usedBytes(LIBRARY);
    long peak = PEAK_BYTES.accumulateAndGet(used, Math::max);
    return new SecretMemoryState(
        HEAP.kind(), HEAP.capacityBytes(), HEAP.capacityBytes(), used, peak);
  }

  /** A fresh RSA key; the caller frees it. */
  static MemorySegment generateRsa(int bits) {
    try (Arena arena = Arena.ofConfined()) {
      clearErrors();
      MemorySegment none = MemorySegment.NULL;
      MemorySegment name = arena.allocateFrom("RSA");
      MemorySegment ctx =
          pointer(
              "EVP_PKEY_CTX_new_from_name",
              (MemorySegment) CTX_NEW.handle().invokeExact(none, name, none));
      try {
        ok("EVP_PKEY_keygen_init", (int) KEYGEN_INIT.handle().invokeExact(ctx));
        ok("RSA key size", (int) SET_RSA_BITS.handle().invokeExact(ctx, bits));
        MemorySegment key = arena.allocateFrom(ADDRESS, MemorySegment.NULL);
        ok("EVP_PKEY_generate", (int) GENERATE.handle().invokeExact(ctx, key));
        return key.get(ADDRESS, 0);
      } finally {
        CTX_FREE.handle().invokeExact(ctx);
      }
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  static void clearErrors() throws Throwable {
    CLEAR_ERROR.handle().invokeExact();
  }

  /** An independent copy, with no cached Montgomery form of the primes. The caller frees it. */
  static MemorySegment duplicate(MemorySegment key) {
    try {
      CLEAR_ERROR.handle().invokeExact();
      return pointer("EVP_PKEY_dup", (MemorySegment) DUP.handle().invokeExact(key));
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  static void free(MemorySegment key) {
    try {
      KEY_FREE.handle().invokeExact(key);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  static int bits(MemorySegment key) {
    try {
      return (int) GET_BITS.handle().invokeExact(key);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /** The public half as SubjectPublicKeyInfo. */
  static byte[] publicKeyDer(MemorySegment key) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocateFrom(ADDRESS, MemorySegment.NULL);
      CLEAR_ERROR.handle().invokeExact();
      int length = (int) I2D_PUBKEY.handle().invokeExact(key, out);
      if (length <= 0) {
        throw failure("i2d_PUBKEY");
      }
      MemorySegment der = out.get(ADDRESS, 0);
      byte[] copy = NativeLinker.view(der, length).toArray(JAVA_BYTE);
      FREE.handle().invokeExact(der, MemorySegment.NULL, 0);
      return copy;
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /** Fetches numbers of the key straight into the caller's memory, zero-padded at the high end. */
  static void numbers(MemorySegment key, List<KeyNumber> wanted) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment params = ossl_param_st.allocateArray(wanted.size() + 1L, arena);
      for (int i = 0; i < wanted.size(); i++) {
        MemorySegment param = ossl_param_st.asSlice(params, i);
        ossl_param_st.key(param, wanted.get(i).name());
        ossl_param_st.data_type(param, OSSL_PARAM_UNSIGNED_INTEGER());
        ossl_param_st.data(param, wanted.get(i).into());
        ossl_param_st.data_size(param, wanted.get(i).into().byteSize());
      }
      CLEAR_ERROR.handle().invokeExact();
      ok("EVP_PKEY_get_params", (int) GET_PARAMS.handle().invokeExact(key, params));
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  /** Signs a message (not its digest). */
  static byte[] sign(MemorySegment key, NativeKey.Scheme scheme, byte[] message) {
    try (Arena arena = Arena.ofConfined()) {
      CLEAR_ERROR.handle().invokeExact();
      MemorySegment ctx = pointer("EVP_MD_CTX_new", (MemorySegment) MD_NEW.handle().invokeExact());
      try {
        MemorySegment keyCtx = arena.allocate(ADDRESS);
        MemorySegment digest = digestOf(scheme);
        MemorySegment none = MemorySegment.NULL;
        ok(
            "EVP_DigestSignInit",
            (int) SIGN_INIT.handle().invokeExact(ctx, keyCtx, digest, none, key));
        if (scheme.pss()) {
          MemorySegment options = keyCtx.get(ADDRESS, 0);
          int padding = RSA_PKCS1_PSS_PADDING();
          ok("RSA-PSS padding", (int) SET_PADDING.handle().invokeExact(options, padding));
          int saltLength = RSA_PSS_SALTLEN_DIGEST();
          ok(
              "RSA-PSS salt length",
              (int) SET_SALT_LENGTH.handle().invokeExact(options, saltLength));
        }
        MemorySegment in = arena.allocateFrom(JAVA_BYTE, message);
        MemorySegment signature = arena.allocate(SIGNATURE_BYTES_MAX);
        MemorySegment length = arena.allocateFrom(JAVA_LONG, (long) SIGNATURE_BYTES_MAX);
        long messageBytes = message.length;
        ok(
            "EVP_DigestSign",
            (int) SIGN.handle().invokeExact(ctx, signature, length, in, messageBytes));
        return signature.asSlice(0, length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
      } finally {
        MD_FREE.handle().invokeExact(ctx);
      }
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  private static MemorySegment digestOf(NativeKey.Scheme scheme) {
    return switch (scheme.digest()) {
      case SHA256 -> SHA256;
      case SHA384 -> SHA384;
      case SHA512 -> SHA512;
    };
  }

  /** {@code EVP_sha256()}, static in libcrypto. */
  static MemorySegment sha256() {
    return SHA256;
  }

  private static CryptoSecureHeap.Installed initialise() {
    try {
      long options = OPENSSL_INIT_NO_LOAD_CONFIG() | OPENSSL_INIT_NO_ATEXIT();
      if ((int) INIT.handle().invokeExact(options, MemorySegment.NULL) != 1) {
        throw new UnsatisfiedLinkError("libcrypto could not be initialised");
      }
      long version = (long) VERSION.handle().invokeExact();
      if (version < 0x3000_0000L) {
        throw new UnsatisfiedLinkError("libcrypto is older than 3.0");
      }
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
    return CryptoSecureHeap.install(LIBRARY);
  }

  /** Its release, such as {@code 3.0.15}: OPENSSL_VERSION_NUMBER is 0xMNN00PP0. */
  static String version() {
    try {
      long number = (long) VERSION.handle().invokeExact();
      return "%d.%d.%d".formatted(number >> 28, (number >> 20) & 0xff, (number >> 4) & 0xff);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  private static MemorySegment digest(String symbol, Supplier<FunctionDescriptor> descriptor) {
    try {
      return (MemorySegment) link(symbol, descriptor).handle().invokeExact();
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  static NativeFunction link(String symbol, Supplier<FunctionDescriptor> descriptor) {
    return NativeLinker.linkWithoutErrno(LIBRARY, symbol, descriptor);
  }

  static void ok(String call, int result) {
    if (result != 1) {
      throw failure(call);
    }
  }

  static MemorySegment pointer(String call, MemorySegment result) {
    if (result.address() == 0) {
      throw failure(call);
    }
    return result;
  }

  /** libcrypto keeps its errors per thread: this thread made the call just now. */
  private static CryptoLibraryException failure(String call) {
    try (Arena arena = Arena.ofConfined()) {
      long code = (long) GET_ERROR.handle().invokeExact();
      if (code == 0) {
        return new CryptoLibraryException(call, "");
      }
      MemorySegment text = arena.allocate(256);
      ERROR_STRING.handle().invokeExact(code, text, text.byteSize());
      return new CryptoLibraryException(call, text.getString(0));
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }
}

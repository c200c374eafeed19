// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcryptoBindings.OSSL_PKEY_PARAM_RSA_COEFFICIENT1;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.OSSL_PKEY_PARAM_RSA_D;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.OSSL_PKEY_PARAM_RSA_E;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.OSSL_PKEY_PARAM_RSA_EXPONENT1;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.OSSL_PKEY_PARAM_RSA_EXPONENT2;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.OSSL_PKEY_PARAM_RSA_FACTOR1;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.OSSL_PKEY_PARAM_RSA_FACTOR2;
import static dev.jtsh.nativebindings.generated.LibcryptoBindings.OSSL_PKEY_PARAM_RSA_N;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes an RSA key as PKCS#8 (RFC 5208, RFC 8017 A.1.2) in secret memory. libcrypto's own encoders
 * go through its ordinary heap, so the numbers are fetched one by one instead.
 */
final class RsaPkcs8 {
  private static final HexFormat HEX = HexFormat.of();

  /** Version 0 and AlgorithmIdentifier rsaEncryption of PrivateKeyInfo. */
  private static final byte[] RSA_ALGORITHM = HEX.parseHex("020100300d06092a864886f70d0101010500");

  private static final byte[] VERSION_0 = HEX.parseHex("020100");
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;

  private RsaPkcs8() {}

  static SecretBuffer encode(MemorySegment key, SecretArena arena) {
    List<MemorySegment> names =
        List.of(
            OSSL_PKEY_PARAM_RSA_N(),
            OSSL_PKEY_PARAM_RSA_E(),
            OSSL_PKEY_PARAM_RSA_D(),
            OSSL_PKEY_PARAM_RSA_FACTOR1(),
            OSSL_PKEY_PARAM_RSA_FACTOR2(),
            OSSL_PKEY_PARAM_RSA_EXPONENT1(),
            OSSL_PKEY_PARAM_RSA_EXPONENT2(),
            OSSL_PKEY_PARAM_RSA_COEFFICIENT1());
    int numberBytes = (LibCrypto.bits(key) + 7) / 8;
    try (SecretBuffer space = arena.allocate(names.size() * numberBytes)) {
      List<LibCrypto.KeyNumber> numbers = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        MemorySegment into = space.segment().asSlice((long) i * numberBytes, numberBytes);
        numbers.add(new LibCrypto.KeyNumber(names.get(i), into));
      }
      LibCrypto.numbers(key, numbers);
      return write(numbers, arena);
    }
  }

  private static SecretBuffer write(List<LibCrypto.KeyNumber> numbers, SecretArena arena) {
    int inner = VERSION_0.length;
    for (LibCrypto.KeyNumber number : numbers) {
      inner += headed(integerBytes(number.into()));
    }
    int privateKey = headed(inner);
    int body = RSA_ALGORITHM.length + headed(privateKey);
    SecretBuffer der = arena.allocate(headed(body));
    Cursor out = new Cursor(der.segment());
    out.head(SEQUENCE, body);
    out.bytes(RSA_ALGORITHM, 0, RSA_ALGORITHM.length);
    out.head(OCTET_STRING, privateKey);
    out.head(SEQUENCE, inner);
    out.bytes(VERSION_0, 0, VERSION_0.length);
    for (LibCrypto.KeyNumber number : numbers) {
      int bytes = integerBytes(number.into());
      out.head(INTEGER, bytes);
      int significant = significantBytes(number.into());
      if (bytes > significant) {
        out.put(0); // Keeps a number with its top bit set positive.
      }
      out.reversed(number.into(), significant);
    }
    return der;
  }

  private static int integerBytes(MemorySegment littleEndian) {
    int significant = significantBytes(littleEndian);
    boolean topBit = littleEndian.get(JAVA_BYTE, significant - 1L) < 0;
    return topBit ? significant + 1 : significant;
  }

  private static int significantBytes(MemorySegment littleEndian) {
    long length = littleEndian.byteSize();
    while (length > 1 && littleEndian.get(JAVA_BYTE, length - 1) == 0) {
      length--;
    }
    return (int) length;
  }

  /** A length with its tag and length bytes before it. */
  private static int headed(int length) {
    return length + (length < 0x80 ? 2 : length < 0x100 ? 3 : 4);
  }

  /** Writes forward into secret memory. */
  private static final class Cursor {
    private final MemorySegment out;
    private long at;

    Cursor(MemorySegment out) {
      this.out = out;
    }

    void put(int value) {
      out.set(JAVA_BYTE, at++, (byte) value);
    }

    void bytes(byte[] source, int from, int length) {
      MemorySegment.copy(source, from, out, JAVA_BYTE, at, length);
      at += length;
    }

    void head(int tag, int length) {
      put(tag);
      if (length >= 0x100) {
        put(0x82);
        put(length >> 8);
      } else if (length >= 0x80) {
        put(0x81);
      }
      put(length);
    }

    /** A little-endian number as big-endian. */
    void reversed(MemorySegment littleEndian, int length) {
      for (long i = length - 1L; i >= 0; i--) {
        put(littleEndian.get(JAVA_BYTE, i));
      }
    }
  }
}

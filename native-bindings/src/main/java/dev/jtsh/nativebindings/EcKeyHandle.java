// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A P-256 key. */
final class EcKeyHandle implements KeyHandle {
  private static final HexFormat HEX = HexFormat.of();

  /** SubjectPublicKeyInfo up to its 65-byte point. */
  private static final byte[] PUBLIC_HEAD =
      HEX.parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");

  /** PKCS#8 (RFC 5208 with RFC 5915 inside) up to the 32-byte scalar. */
  private static final byte[] PRIVATE_HEAD =
      HEX.parseHex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420");

  /** From the scalar to the 65-byte point. */
  private static final byte[] PRIVATE_MIDDLE = HEX.parseHex("a144034200");

  private static final int SCALAR_BYTES = 32;

  /** EC_KEY. */
  private final MemorySegment key;

  EcKeyHandle(MemorySegment key) {
    this.key = key;
  }

  @Override
  public NativeKey.Kind kind() {
    return NativeKey.Kind.EC_P256;
  }

  @Override
  public byte[] publicKeyDer() {
    byte[] point = LibCryptoEc.publicPoint(key);
    byte[] der = Arrays.copyOf(PUBLIC_HEAD, PUBLIC_HEAD.length + point.length);
    System.arraycopy(point, 0, der, PUBLIC_HEAD.length, point.length);
    return der;
  }

  @Override
  public byte[] sign(NativeKey.Scheme scheme, byte[] message) {
    try {
      String digest = scheme.digest().jcaName();
      return LibCryptoEc.sign(key, MessageDigest.getInstance(digest).digest(message));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-2", e);
    }
  }

  @Override
  public SecretBuffer pkcs8(SecretArena arena) {
    byte[] point = LibCryptoEc.publicPoint(key);
    int scalarAt = PRIVATE_HEAD.length;
    int middleAt = scalarAt + SCALAR_BYTES;
    int pointAt = middleAt + PRIVATE_MIDDLE.length;
    SecretBuffer der = arena.allocate(pointAt + point.length);
    MemorySegment out = der.segment();
    MemorySegment.copy(PRIVATE_HEAD, 0, out, JAVA_BYTE, 0, PRIVATE_HEAD.length);
    LibCryptoEc.scalar(key, out.asSlice(scalarAt, SCALAR_BYTES));
    MemorySegment.copy(PRIVATE_MIDDLE, 0, out, JAVA_BYTE, middleAt, PRIVATE_MIDDLE.length);
    MemorySegment.copy(point, 0, out, JAVA_BYTE, pointAt, point.length);
    return der;
  }

  @Override
  public void free() {
    LibCryptoEc.free(key);
  }
}

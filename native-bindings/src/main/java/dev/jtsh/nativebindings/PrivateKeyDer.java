// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/**
 * Finds the secret numbers inside the DER of a private key, without copying them: PKCS#8 (RFC
 * 5208), SEC 1 (RFC 5915) or PKCS#1 (RFC 8017 A.1.2).
 */
sealed interface PrivateKeyDer {
  /** The big-endian scalar of a P-256 key. */
  record P256(MemorySegment scalar) implements PrivateKeyDer {}

  /** A PKCS#1 RSAPrivateKey. */
  record Rsa(MemorySegment pkcs1) implements PrivateKeyDer {}

  /**
   * Looks at the outer structure only.
   *
   * @throws KeyFormatException if it is none of the three, or a curve other than P-256
   */
  static PrivateKeyDer parse(MemorySegment der) {
    Reader whole = new Reader(der).enter(Reader.SEQUENCE);
    whole.skip(Reader.INTEGER); // The version.
    return switch (whole.nextTag()) {
      case Reader.INTEGER -> new Rsa(der);
      case Reader.OCTET_STRING -> sec1(whole, false);
      case Reader.SEQUENCE -> pkcs8(whole);
      default -> throw Reader.malformed();
    };
  }

  private static PrivateKeyDer pkcs8(Reader afterVersion) {
    Reader algorithm = afterVersion.enter(Reader.SEQUENCE);
    String name = algorithm.hex(Reader.OBJECT_IDENTIFIER);
    Reader content = afterVersion.enter(Reader.OCTET_STRING);
    if (name.equals(Reader.RSA_ENCRYPTION)) {
      return new Rsa(content.rest());
    }
    if (!name.equals(Reader.EC_PUBLIC_KEY)) {
      throw Reader.unused();
    }
    if (!algorithm.hex(Reader.OBJECT_IDENTIFIER).equals(Reader.CURVE_P256)) {
      throw Reader.unused();
    }
    Reader key = content.enter(Reader.SEQUENCE);
    key.skip(Reader.INTEGER);
    return sec1(key, true);
  }

  private static PrivateKeyDer sec1(Reader afterVersion, boolean curveKnown) {
    MemorySegment scalar = afterVersion.enter(Reader.OCTET_STRING).rest();
    if (!curveKnown) {
      Reader curve = afterVersion.enter(Reader.PARAMETERS);
      if (!curve.hex(Reader.OBJECT_IDENTIFIER).equals(Reader.CURVE_P256)) {
        throw Reader.unused();
      }
    }
    if (scalar.byteSize() == 0 || scalar.byteSize() > 32) {
      throw Reader.malformed();
    }
    return new P256(scalar);
  }

  /** Reads tag, length and value forward. Lengths above 65535 are no private key. */
  final class Reader {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    static final int PARAMETERS = 0xA0;
    static final String RSA_ENCRYPTION = "2a864886f70d010101";
    static final String EC_PUBLIC_KEY = "2a8648ce3d0201";
    static final String CURVE_P256 = "2a8648ce3d030107";

    private final MemorySegment in;
    private long at;

    Reader(MemorySegment in) {
      this.in = in;
    }

    static KeyFormatException malformed() {
      return new KeyFormatException("not a private key in PKCS#8, SEC 1 or PKCS#1 form");
    }

    static KeyFormatException unused() {
      return new KeyFormatException("only P-256 and RSA keys are used");
    }

    int nextTag() {
      if (at >= in.byteSize()) {
        throw malformed();
      }
      return in.get(JAVA_BYTE, at) & 0xFF;
    }

    /** The value of the next element, which must have this tag. */
    Reader enter(int tag) {
      if (nextTag() != tag) {
        throw malformed();
      }
      at++;
      long length = length();
      if (length > in.byteSize() - at) {
        throw malformed();
      }
      MemorySegment value = in.asSlice(at, length);
      at += length;
      return new Reader(value);
    }

    void skip(int tag) {
      Reader _ = enter(tag);
    }

    /** A short public value, such as an object identifier. */
    String hex(int tag) {
      MemorySegment value = enter(tag).rest();
      if (value.byteSize() > 16) {
        throw malformed();
      }
      return HexFormat.of().formatHex(value.toArray(JAVA_BYTE));
    }

    MemorySegment rest() {
      return in.asSlice(at);
    }

    private long length() {
      int first = next();
      if (first < 0x80) {
        return first;
      }
      return switch (first) {
        case 0x81 -> next();
        case 0x82 -> next() << 8 | next();
        default -> throw malformed();
      };
    }

    private int next() {
      int value = nextTag();
      at++;
      return value;
    }
  }
}

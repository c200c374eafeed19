// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.ECNamedCurveTable;

/** Public keys in the form OpenSSH writes: RSA, ECDSA on P-256 and P-384, Ed25519. */
public final class SshPublicKey {
  static final String RSA = "ssh-rsa";
  static final String P256 = "ecdsa-sha2-nistp256";
  static final String P384 = "ecdsa-sha2-nistp384";
  static final String ED25519 = "ssh-ed25519";
  private static final int MAX_LINE_BYTES = 16 * 1024;
  private static final int MAX_RSA_BITS = 16 * 1024;

  private SshPublicKey() {}

  /**
   * One authorized_keys line: type, space, base64, line feed; no comment.
   *
   * @throws PkiException if the kind of key is not supported
   */
  public static byte[] authorizedKeysLine(PublicKey key) {
    return line(type(key), blob(key));
  }

  static byte[] line(String type, byte[] blob) {
    return (type + " " + Base64.getEncoder().encodeToString(blob) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads one authorized_keys line without options; a comment and the line feed may be there.
   *
   * @throws PkiException if it is no such line, or longer than 16 KiB
   */
  public static PublicKey parse(byte[] authorizedKey) {
    SshReader in = new SshReader(blobOfLine(authorizedKey));
    PublicKey key = read(in.text(), in);
    in.end();
    return key;
  }

  /** The bytes in base64 of a key or certificate line, checked to start with the line's type. */
  static byte[] blobOfLine(byte[] line) {
    if (line.length > MAX_LINE_BYTES) {
      throw new PkiException("the SSH key line is longer than 16 KiB");
    }
    String[] words = new String(line, StandardCharsets.UTF_8).strip().split("[ \t]+", 3);
    if (words.length < 2 || new String(line, StandardCharsets.UTF_8).strip().contains("\n")) {
      throw new PkiException("not an SSH key line");
    }
    try {
      byte[] blob = Base64.getDecoder().decode(words[1]);
      if (!new SshReader(blob).text().equals(words[0])) {
        throw new PkiException("the SSH key line names another type than its key");
      }
      return blob;
    } catch (IllegalArgumentException e) {
      throw new PkiException("the SSH key line holds no base64", e);
    }
  }

  static String type(PublicKey key) {
    if (key instanceof RSAPublicKey) {
      return RSA;
    }
    if (key instanceof EdECPublicKey) {
      return ED25519;
    }
    if (key instanceof ECPublicKey ec) {
      return switch (ec.getParams().getOrder().bitLength()) {
        case 256 -> P256;
        case 384 -> P384;
        default -> throw new PkiException("only the curves P-256 and P-384 are supported");
      };
    }
    throw new PkiException("no SSH form for keys of algorithm " + key.getAlgorithm());
  }

  static byte[] blob(PublicKey key) {
    return new SshWriter().string(type(key)).raw(fields(key)).bytes();
  }

  /** What follows the type name. */
  static byte[] fields(PublicKey key) {
    SshWriter out = new SshWriter();
    switch (key) {
      case RSAPublicKey rsa -> out.mpint(rsa.getPublicExponent()).mpint(rsa.getModulus());
      case ECPublicKey ec -> {
        int bytes = ec.getParams().getOrder().bitLength() / 8;
        byte[] point = new byte[1 + 2 * bytes];
        point[0] = 4;
        put(ec.getW().getAffineX(), point, 1, bytes);
        put(ec.getW().getAffineY(), point, 1 + bytes, bytes);
        out.string("nistp" + bytes * 8).string(point);
      }
      case EdECPublicKey ed -> {
        byte[] info = ed.getEncoded();
        out.string(Arrays.copyOfRange(info, info.length - 32, info.length));
      }
      default -> throw new PkiException("no SSH form for keys of " + key.getAlgorithm());
    }
    return out.bytes();
  }

  private static void put(BigInteger value, byte[] into, int offset, int length) {
    byte[] bytes = value.toByteArray();
    int from = Math.max(0, bytes.length - length);
    System.arraycopy(
        bytes, from, into, offset + length - (bytes.length - from), bytes.length - from);
  }

  static PublicKey read(String type, SshReader in) {
    try {
      return switch (type) {
        case RSA -> {
          BigInteger exponent = in.mpint();
          BigInteger modulus = in.mpint();
          if (modulus.signum() <= 0
              || modulus.bitLength() < 1024
              || modulus.bitLength() > MAX_RSA_BITS
              || exponent.compareTo(BigInteger.TWO) <= 0
              || exponent.bitLength() > 64) {
            throw new PkiException("the RSA key has numbers out of range");
          }
          yield KeyFactory.getInstance("RSA")
              .generatePublic(new RSAPublicKeySpec(modulus, exponent));
        }
        case P256 -> ec(in, "nistp256", "secp256r1");
        case P384 -> ec(in, "nistp384", "secp384r1");
        case ED25519 -> ed25519(in.string());
        default -> throw new PkiException("SSH keys of that type are not supported");
      };
    } catch (GeneralSecurityException e) {
      throw new PkiException("malformed SSH public key", e);
    }
  }

  private static PublicKey ec(SshReader in, String name, String curve)
      throws GeneralSecurityException {
    if (!in.text().equals(name)) {
      throw new PkiException("the SSH key names another curve than its type");
    }
    org.bouncycastle.math.ec.ECPoint point;
    try {
      // Decoding checks that the point is on the curve.
      point = ECNamedCurveTable.getParameterSpec(curve).getCurve().decodePoint(in.string());
    } catch (IllegalArgumentException e) {
      throw new PkiException("the SSH key is not a point of its curve", e);
    }
    if (point.isInfinity()) {
      throw new PkiException("the SSH key is not a point of its curve");
    }
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(curve));
    return KeyFactory.getInstance("EC")
        .generatePublic(
            new ECPublicKeySpec(
                new ECPoint(
                    point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger()),
                parameters.getParameterSpec(ECParameterSpec.class)));
  }

  private static PublicKey ed25519(byte[] key) throws GeneralSecurityException {
    if (key.length != 32) {
      throw new PkiException("the Ed25519 key is not 32 bytes long");
    }
    try {
      return KeyFactory.getInstance("Ed25519")
          .generatePublic(
              new X509EncodedKeySpec(
                  new SubjectPublicKeyInfo(
                          new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), key)
                      .getEncoded()));
    } catch (java.io.IOException e) {
      throw new IllegalStateException("encoding into memory does not fail", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;

/**
 * An OpenSSH user certificate as read.
 *
 * @param key the key it is for
 * @param serial its number, unsigned
 * @param keyId the user's name
 * @param principals logins
 * @param validAfter start
 * @param validBefore end
 * @param criticalOptions by name
 * @param extensions by name; empty string = no value
 * @param signer the authority's key
 */
public record SshCertificate(
    PublicKey key,
    long serial,
    String keyId,
    List<String> principals,
    Instant validAfter,
    Instant validBefore,
    SortedMap<String, String> criticalOptions,
    SortedMap<String, String> extensions,
    PublicKey signer) {
  private static final String SUFFIX = "-cert-v01@openssh.com";
  private static final Map<String, String> TYPES =
      Map.of(
          SshPublicKey.RSA + SUFFIX, SshPublicKey.RSA,
          SshPublicKey.P256 + SUFFIX, SshPublicKey.P256,
          SshPublicKey.P384 + SUFFIX, SshPublicKey.P384,
          SshPublicKey.ED25519 + SUFFIX, SshPublicKey.ED25519);
  private static final int USER = 1;
  private static final int MAX_ENTRIES = 1024;

  /** Copies. */
  public SshCertificate {
    principals = List.copyOf(principals);
    criticalOptions = Collections.unmodifiableSortedMap(new TreeMap<>(criticalOptions));
    extensions = Collections.unmodifiableSortedMap(new TreeMap<>(extensions));
  }

  /**
   * Reads a certificate line and checks its signature against the key inside; whether to trust that
   * {@link #signer} is for the caller.
   *
   * @throws PkiException if it is malformed, no user certificate, or wrongly signed
   */
  public static SshCertificate parse(byte[] line) {
    byte[] blob = SshPublicKey.blobOfLine(line);
    SshReader in = new SshReader(blob);
    String type = TYPES.get(in.text());
    if (type == null) {
      throw new PkiException("not an SSH certificate of a supported type");
    }
    in.string(); // Nonce.
    PublicKey key = SshPublicKey.read(type, in);
    long serial = in.uint64();
    if (in.uint32() != USER) {
      throw new PkiException("not an SSH user certificate");
    }
    String keyId = in.text();
    List<String> principals = strings(in.string());
    Instant after = time(in.uint64());
    Instant before = time(in.uint64());
    SortedMap<String, String> options = options(in.string());
    SortedMap<String, String> extensions = options(in.string());
    in.string(); // Reserved.
    byte[] signerBlob = in.string();
    byte[] signed = Arrays.copyOf(blob, in.position());
    byte[] signature = in.string();
    in.end();
    SshReader signerIn = new SshReader(signerBlob);
    PublicKey signer = SshPublicKey.read(signerIn.text(), signerIn);
    signerIn.end();
    verify(signer, signed, signature);
    return new SshCertificate(
        key, serial, keyId, principals, after, before, options, extensions, signer);
  }

  static byte[] issue(SshUserCertificateRequest request, HeldKey authority, SecureRandom random) {
    byte[] nonce = new byte[32];
    random.nextBytes(nonce);
    String type = SshPublicKey.type(request.key()) + SUFFIX;
    SshWriter principals = new SshWriter();
    request.principals().forEach(principals::string);
    byte[] unsigned =
        new SshWriter()
            .string(type)
            .string(nonce)
            .raw(SshPublicKey.fields(request.key()))
            .uint64(random.nextLong())
            .uint32(USER)
            .string(request.keyId())
            .string(principals.bytes())
            .uint64(request.validAfter().getEpochSecond())
            .uint64(request.validBefore().getEpochSecond())
            .string(encoded(request.criticalOptions()))
            .string(encoded(request.extensions()))
            .string("")
            .string(SshPublicKey.blob(authority.publicKey()))
            .bytes();
    byte[] blob = new SshWriter().raw(unsigned).string(sign(authority, unsigned)).bytes();
    return SshPublicKey.line(type, blob);
  }

  private static byte[] sign(HeldKey authority, byte[] unsigned) {
    return switch (authority.kind()) {
      case P256 -> {
        ASN1Sequence numbers =
            ASN1Sequence.getInstance(authority.sign(SignatureScheme.ECDSA_SHA256, unsigned));
        yield new SshWriter()
            .string(SshPublicKey.P256)
            .string(
                new SshWriter()
                    .mpint(ASN1Integer.getInstance(numbers.getObjectAt(0)).getValue())
                    .mpint(ASN1Integer.getInstance(numbers.getObjectAt(1)).getValue())
                    .bytes())
            .bytes();
      }
      case RSA2048 ->
          new SshWriter()
              .string("rsa-sha2-512")
              .string(authority.sign(SignatureScheme.RSA_PKCS1_SHA512, unsigned))
              .bytes();
    };
  }

  private static void verify(PublicKey signer, byte[] signed, byte[] signature) {
    SshReader in = new SshReader(signature);
    String algorithm = in.text();
    byte[] value = in.string();
    in.end();
    String expectedKey =
        switch (algorithm) {
          case "rsa-sha2-512", "rsa-sha2-256" -> SshPublicKey.RSA;
          default -> algorithm;
        };
    if (!SshPublicKey.type(signer).equals(expectedKey) || algorithm.equals(SshPublicKey.RSA)) {
      throw new PkiException("the SSH certificate's signature does not fit its signer");
    }
    try {
      Signature verifier =
          Signature.getInstance(
              switch (algorithm) {
                case "rsa-sha2-512" -> "SHA512withRSA";
                case "rsa-sha2-256" -> "SHA256withRSA";
                case SshPublicKey.P256 -> "SHA256withECDSA";
                case SshPublicKey.P384 -> "SHA384withECDSA";
                default -> "Ed25519";
              });
      verifier.initVerify(signer);
      verifier.update(signed);
      if (!verifier.verify(algorithm.startsWith("ecdsa-") ? derOf(value) : value)) {
        throw new PkiException("the SSH certificate's signature is wrong");
      }
    } catch (GeneralSecurityException e) {
      throw new PkiException("the SSH certificate's signature is malformed", e);
    }
  }

  private static byte[] derOf(byte[] value) {
    SshReader in = new SshReader(value);
    BigInteger r = in.mpint();
    BigInteger s = in.mpint();
    in.end();
    ASN1EncodableVector numbers = new ASN1EncodableVector();
    numbers.add(new ASN1Integer(r));
    numbers.add(new ASN1Integer(s));
    try {
      return new DERSequence(numbers).getEncoded();
    } catch (java.io.IOException e) {
      throw new IllegalStateException("encoding into memory does not fail", e);
    }
  }

  private static byte[] encoded(SortedMap<String, String> options) {
    SshWriter out = new SshWriter();
    options.forEach((name, value) ->
        out.string(name)
            .string(value.isEmpty() ? new byte[0] : new SshWriter().string(value).bytes()));
    return out.bytes();
  }

  private static SortedMap<String, String> options(byte[] bytes) {
    SortedMap<String, String> options = new TreeMap<>();
    SshReader in = new SshReader(bytes);
    while (!in.atEnd()) {
      String name = in.text();
      byte[] data = in.string();
      String value = "";
      if (data.length > 0) {
        SshReader dataIn = new SshReader(data);
        value = dataIn.text();
        dataIn.end();
      }
      if (options.put(name, value) != null || options.size() > MAX_ENTRIES) {
        throw new PkiException("the SSH certificate has an option twice, or too many");
      }
    }
    return options;
  }

  private static List<String> strings(byte[] bytes) {
    List<String> strings = new ArrayList<>();
    SshReader in = new SshReader(bytes);
    while (!in.atEnd()) {
      strings.add(in.text());
      if (strings.size() > MAX_ENTRIES) {
        throw new PkiException("the SSH certificate has too many principals");
      }
    }
    return strings;
  }

  /** All ones means for ever; Java's largest instant is nearer. */
  private static Instant time(long seconds) {
    return seconds < 0 || seconds > Instant.MAX.getEpochSecond()
        ? Instant.MAX
        : Instant.ofEpochSecond(seconds);
  }
}

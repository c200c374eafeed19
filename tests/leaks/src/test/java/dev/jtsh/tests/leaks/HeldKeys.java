// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.KeyAgreement;

/**
 * Finds the P-256 keys in secret pages: numbers as libcrypto keeps them, and PEM. A number counts
 * as a key when its public half stands in the memory of the same process.
 */
final class HeldKeys {
  private static final int SCALAR_BYTES = 32;

  /** Pieces of both kinds of secret memory begin at such places. */
  private static final int ALIGNMENT_BYTES = 16;

  private static final int DISTINCT_BYTES_MIN = 12;
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private final ECParameterSpec curve;
  private final ECPublicKey generator;

  HeldKeys() throws GeneralSecurityException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec("secp256r1"));
    curve = parameters.getParameterSpec(ECParameterSpec.class);
    generator =
        (ECPublicKey)
            KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(curve.getGenerator(), curve));
  }

  /** A key and the two points with its public x: which of them is its own does not matter here. */
  record Held(ECPrivateKey key, List<ECPoint> publicHalf) {
    /** The x of both. */
    byte[] publicX() {
      return unsigned(publicHalf.getFirst().getAffineX());
    }
  }

  /** The keys a process holds now. */
  List<Held> of(long pid) throws Exception {
    Map<BigInteger, Held> candidates = new LinkedHashMap<>();
    for (byte[] page : SecretPages.of(pid)) {
      for (BigInteger scalar : scalars(page)) {
        candidates.computeIfAbsent(scalar, this::held);
      }
    }
    return inUse(pid, List.copyOf(candidates.values()));
  }

  private static List<Held> inUse(long pid, List<Held> candidates) throws IOException {
    if (candidates.isEmpty()) {
      return List.of();
    }
    Map<Secret, Held> byX = new LinkedHashMap<>();
    for (Held candidate : candidates) {
      byX.put(Secret.bytes("public half " + byX.size(), candidate.publicX()), candidate);
    }
    ProcessMemory.Scan scan = new ProcessMemory(pid).scan(new RunIndex(byX.keySet()));
    Set<Held> found = new HashSet<>();
    for (Finding finding : scan.findings()) {
      if (finding.bytes() == SCALAR_BYTES) {
        found.add(byX.get(finding.secret()));
      }
    }
    return candidates.stream().filter(found::contains).toList();
  }

  private List<BigInteger> scalars(byte[] page) {
    List<BigInteger> found = new ArrayList<>();
    for (int at = 0; at + SCALAR_BYTES <= page.length; at += ALIGNMENT_BYTES) {
      byte[] piece = Arrays.copyOfRange(page, at, at + SCALAR_BYTES);
      if (distinctBytes(piece) >= DISTINCT_BYTES_MIN) {
        add(found, limbs(piece));
        add(found, new BigInteger(1, piece));
      }
    }
    Matcher pem = PEM.matcher(new String(page, StandardCharsets.ISO_8859_1));
    while (pem.find()) {
      if (privateKey(pem.group(1)) instanceof ECPrivateKey key) {
        add(found, key.getS());
      }
    }
    return found;
  }

  private void add(List<BigInteger> numbers, BigInteger number) {
    if (number.signum() > 0 && number.compareTo(curve.getOrder()) < 0) {
      numbers.add(number);
    }
  }

  private static BigInteger limbs(byte[] piece) {
    ByteBuffer in = ByteBuffer.wrap(piece).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = ByteBuffer.allocate(SCALAR_BYTES);
    for (int limb = SCALAR_BYTES / Long.BYTES - 1; limb >= 0; limb--) {
      out.putLong(in.getLong(limb * Long.BYTES));
    }
    return new BigInteger(1, out.array());
  }

  /** Key agreement with the curve's own point gives the public half's x. */
  private Held held(BigInteger scalar) {
    try {
      ECPrivateKey key =
          (ECPrivateKey)
              KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(scalar, curve));
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(key);
      agreement.doPhase(generator, true);
      BigInteger x = new BigInteger(1, agreement.generateSecret());
      BigInteger p = ((java.security.spec.ECFieldFp) curve.getCurve().getField()).getP();
      BigInteger square =
          x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB()).mod(p);
      BigInteger y = square.modPow(p.add(BigInteger.ONE).shiftRight(2), p); // p = 3 mod 4
      return new Held(key, List.of(new ECPoint(x, y), new ECPoint(x, p.subtract(y))));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("P-256 does not work here", e);
    }
  }

  /** The key of a PEM body, without its armour. */
  static PrivateKey privateKey(String body) {
    byte[] der = Base64.getMimeDecoder().decode(body);
    AssertionError failure = new AssertionError("a PEM block holds no key that can be read");
    for (String algorithm : List.of("EC", "RSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        failure.addSuppressed(e); // The other kind, perhaps.
      }
    }
    throw failure;
  }

  /** The first private key of a PEM text. */
  static PrivateKey ofPem(String pem) {
    Matcher block = PEM.matcher(pem);
    if (!block.find()) {
      throw new AssertionError("no private key in the PEM text");
    }
    return privateKey(block.group(1));
  }

  private static long distinctBytes(byte[] piece) {
    Set<Byte> distinct = new HashSet<>();
    for (byte b : piece) {
      distinct.add(b);
    }
    return distinct.size();
  }

  private static byte[] unsigned(BigInteger number) {
    byte[] all = number.toByteArray();
    byte[] fixed = new byte[SCALAR_BYTES];
    int kept = Math.min(all.length, SCALAR_BYTES);
    System.arraycopy(all, all.length - kept, fixed, SCALAR_BYTES - kept, kept);
    return fixed;
  }
}

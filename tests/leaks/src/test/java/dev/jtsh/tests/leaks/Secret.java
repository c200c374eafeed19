// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Something that must not be found, in every form in which programs keep such things. */
final class Secret {
  /** P-256's, in bytes. */
  private static final int SCALAR_BYTES = 32;

  private static final int PEM_LINE_CHARACTERS = 64;
  private static final int RUN = RunIndex.RUN_BYTES;

  /** Characters that are needed for 8 bytes, whatever their place in a group. */
  private static final int RUN_IN_BASE64 = 11;

  private static final int RUN_IN_BASE64_TWICE = 15;

  private final String name;
  private final List<Form> forms;

  /** One way to write it. */
  static final class Form {
    private final byte[] bytes;
    private final int runBytesMin;

    private Form(byte[] bytes, int runBytesMin) {
      this.bytes = bytes;
      this.runBytesMin = runBytesMin;
    }

    /** All of it; nobody changes it. */
    byte[] bytes() {
      return bytes;
    }

    /** So many in a row hold 8 bytes of the secret itself; fewer are chance. */
    int runBytesMin() {
      return runBytesMin;
    }
  }

  private Secret(String name, List<Form> forms) {
    this.name = name;
    this.forms = List.copyOf(forms);
  }

  /** A typed secret: as bytes, as Java's characters, and encoded. */
  static Secret password(String name, String password) {
    byte[] bytes = password.getBytes(UTF_8);
    List<Form> forms = new ArrayList<>(List.of(plain(bytes)));
    forms.add(new Form(password.getBytes(UTF_16LE), 2 * RUN));
    forms.add(new Form(HexFormat.of().formatHex(bytes).getBytes(US_ASCII), 2 * RUN));
    for (byte[] text : base64(bytes)) {
      forms.add(new Form(text, RUN_IN_BASE64));
    }
    return new Secret(name, forms);
  }

  /** A private key: its secret numbers, and the PEM that holds them. */
  static Secret key(String name, PrivateKey key) {
    List<Form> forms = new ArrayList<>();
    switch (key) {
      case ECPrivateKey ec -> forms.addAll(number(ec.getS(), SCALAR_BYTES));
      case RSAPrivateCrtKey rsa -> {
        int bytes = rsa.getModulus().bitLength() / 8;
        forms.addAll(number(rsa.getPrivateExponent(), bytes));
        for (BigInteger half :
            List.of(
                rsa.getPrimeP(),
                rsa.getPrimeQ(),
                rsa.getPrimeExponentP(),
                rsa.getPrimeExponentQ(),
                rsa.getCrtCoefficient())) {
          forms.addAll(number(half, bytes / 2));
        }
      }
      default -> throw new IllegalArgumentException("no form for " + key.getAlgorithm());
    }
    return new Secret(name, forms);
  }

  /** The same bytes under a name, for what is no key and no password. */
  static Secret bytes(String name, byte[] bytes) {
    return new Secret(name, List.of(plain(bytes.clone())));
  }

  String name() {
    return name;
  }

  List<Form> forms() {
    return forms;
  }

  /**
   * A number big and little endian, in the word orders of big-number libraries, as hexadecimal
   * text, within base64 of any alignment, and within base64 of PEM lines (a kubeconfig).
   */
  private static List<Form> number(BigInteger value, int bytes) {
    byte[] big = fixed(value, bytes);
    List<Form> forms = new ArrayList<>();
    forms.add(plain(big));
    forms.add(plain(reversed(big, big.length))); // Also limbs of any size, the low one first.
    forms.add(plain(reversed(big, Integer.BYTES))); // Java's BigInteger: high word first.
    forms.add(plain(reversed(big, Long.BYTES)));
    for (HexFormat hex : List.of(HexFormat.of(), HexFormat.of().withUpperCase())) {
      forms.add(new Form(hex.formatHex(big).getBytes(US_ASCII), 2 * RUN));
    }
    for (byte[] text : base64(big)) {
      forms.add(new Form(text, RUN_IN_BASE64));
      forms.add(new Form(new String(text, US_ASCII).getBytes(UTF_16LE), 2 * RUN_IN_BASE64));
      for (byte[] line : lines(text)) {
        for (byte[] twice : base64(line)) {
          forms.add(new Form(twice, RUN_IN_BASE64_TWICE));
        }
      }
    }
    return forms;
  }

  private static Form plain(byte[] bytes) {
    return new Form(bytes, RUN);
  }

  /** A PEM line break may fall anywhere; what is left of each side is looked for by itself. */
  private static List<byte[]> lines(byte[] text) {
    List<byte[]> lines = new ArrayList<>();
    for (int from = 0; from < text.length; from += PEM_LINE_CHARACTERS / 4) {
      lines.add(Arrays.copyOfRange(text, from, Math.min(text.length, from + PEM_LINE_CHARACTERS)));
    }
    return lines;
  }

  /**
   * Without what depends on neighbours: three texts, one for each place within a group of three.
   */
  private static List<byte[]> base64(byte[] bytes) {
    List<byte[]> texts = new ArrayList<>();
    for (int before = 0; before < 3; before++) {
      byte[] padded = new byte[before + bytes.length];
      System.arraycopy(bytes, 0, padded, before, bytes.length);
      byte[] text = Base64.getEncoder().withoutPadding().encode(padded);
      int from = before == 0 ? 0 : before + 1;
      int to = text.length - (padded.length % 3 == 0 ? 0 : 1);
      texts.add(Arrays.copyOfRange(text, from, to));
    }
    return texts;
  }

  private static byte[] fixed(BigInteger value, int bytes) {
    byte[] all = value.toByteArray();
    byte[] fixed = new byte[bytes];
    int kept = Math.min(all.length, bytes);
    System.arraycopy(all, all.length - kept, fixed, bytes - kept, kept);
    return fixed;
  }

  private static byte[] reversed(byte[] bytes, int word) {
    byte[] result = new byte[bytes.length];
    for (int start = 0; start < bytes.length; start += word) {
      int end = Math.min(bytes.length, start + word);
      for (int i = start; i < end; i++) {
        result[i] = bytes[start + end - 1 - i];
      }
    }
    return result;
  }

  /** Only the name. */
  @Override
  public String toString() {
    return name;
  }
}

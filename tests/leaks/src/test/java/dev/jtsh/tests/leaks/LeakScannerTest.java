// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A scanner that finds nothing proves nothing: it must find each form of each kind of secret. */
final class LeakScannerTest {
  private static final String PASSWORD = "q7RkZ2mXv9LbT4cHs8WyJ3nPd6GfE1uA";
  private static final int MEGABYTE = 1 << 20;
  private final Random noise = new Random(4);

  @Test
  void anEllipticScalarIsFoundInEveryForm() throws Exception {
    ECPrivateKey key = (ECPrivateKey) newKey("EC");
    RunIndex index = new RunIndex(Secret.key("key", key));
    byte[] scalar = unsigned(key.getS().toByteArray(), 32);
    assertFound(index, scalar);
    assertFound(index, reversed(scalar));
    assertFound(index, Arrays.copyOfRange(scalar, 0, 16));
    assertFound(index, Arrays.copyOfRange(scalar, 16, 32));
    assertFound(index, Arrays.copyOfRange(scalar, 11, 11 + RunIndex.RUN_BYTES));
    assertFound(index, HexFormat.of().formatHex(scalar).getBytes(US_ASCII));
    assertFound(index, key.getEncoded());
    assertFound(index, Base64.getEncoder().encode(key.getEncoded()));
    assertFound(index, pem(key));
    assertFound(index, Base64.getEncoder().encode(pem(key)));
    assertFound(index, new String(pem(key), US_ASCII).getBytes(UTF_16LE));
    assertFound(index, words(key.getS().toByteArray()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void base64OfAnyAlignmentIsFound(int before) throws Exception {
    ECPrivateKey key = (ECPrivateKey) newKey("EC");
    byte[] scalar = unsigned(key.getS().toByteArray(), 32);
    byte[] padded = new byte[before + scalar.length];
    System.arraycopy(scalar, 0, padded, before, scalar.length);
    assertFound(new RunIndex(Secret.key("key", key)), Base64.getEncoder().encode(padded));
  }

  @Test
  void everyNumberOfAnRsaKeyIsFoundInBothOrders() throws Exception {
    RSAPrivateCrtKey key = (RSAPrivateCrtKey) newKey("RSA");
    RunIndex index = new RunIndex(Secret.key("key", key));
    for (var number : List.of(key.getPrivateExponent(), key.getPrimeP(), key.getPrimeQ())) {
      byte[] big = number.toByteArray();
      assertFound(index, big);
      assertFound(index, reversed(big));
      assertFound(index, words(big));
    }
    assertFound(index, key.getEncoded());
    assertFound(index, pem(key));
  }

  @Test
  void aPasswordIsFoundInEveryForm() throws Exception {
    RunIndex index = new RunIndex(Secret.password("password", PASSWORD));
    assertFound(index, PASSWORD.getBytes(UTF_8));
    assertFound(index, PASSWORD.getBytes(UTF_16LE));
    assertFound(index, PASSWORD.substring(5, 13).getBytes(UTF_8));
    assertFound(index, ("{\"pass\":\"" + PASSWORD + "\"}").getBytes(UTF_8));
    assertFound(index, Base64.getEncoder().encode(("user:" + PASSWORD).getBytes(UTF_8)));
  }

  @Test
  void sevenBytesArePureChance() throws Exception {
    RunIndex index = new RunIndex(Secret.password("password", PASSWORD));
    assertThat(scan(index, PASSWORD.substring(5, 12).getBytes(UTF_8))).isEmpty();
  }

  @Test
  void eightHexDigitsAreOnlyFourBytes() throws Exception {
    ECPrivateKey key = (ECPrivateKey) newKey("EC");
    byte[] hex =
        HexFormat.of().formatHex(unsigned(key.getS().toByteArray(), 32)).getBytes(US_ASCII);
    RunIndex index = new RunIndex(Secret.key("key", key));
    assertThat(scan(index, Arrays.copyOfRange(hex, 3, 11))).isEmpty();
    assertFound(index, Arrays.copyOfRange(hex, 3, 19));
  }

  @Test
  void aKeyHasNoRunInItsPublicHalf() throws Exception {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    var pair = generator.generateKeyPair();
    RunIndex index = new RunIndex(Secret.key("key", pair.getPrivate()));
    assertThat(scan(index, pair.getPublic().getEncoded())).isEmpty();
  }

  @Test
  void aRunOverTheBorderOfTwoPiecesIsOneFinding() throws Exception {
    byte[] all = new byte[2 * MEGABYTE];
    noise.nextBytes(all);
    byte[] planted = PASSWORD.getBytes(UTF_8);
    System.arraycopy(planted, 0, all, MEGABYTE - 3, planted.length);
    RunIndex index = new RunIndex(Secret.password("password", PASSWORD));
    assertThat(LeakScanner.scan(index, "x", new ByteArrayInputStream(all)))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.offset()).isEqualTo(MEGABYTE - 3);
          assertThat(finding.bytes()).isEqualTo(planted.length);
        });
  }

  @Test
  void whatFollowsEmptyMemoryIsFoundAtItsPlace() throws Exception {
    byte[] all = new byte[3 * MEGABYTE];
    System.arraycopy(PASSWORD.getBytes(UTF_8), 0, all, 2 * MEGABYTE + 5, PASSWORD.length());
    RunIndex index = new RunIndex(Secret.password("password", PASSWORD));
    assertThat(LeakScanner.scan(index, "x", new ByteArrayInputStream(all)))
        .extracting(Finding::offset)
        .containsExactly(2L * MEGABYTE + 5);
  }

  private void assertFound(RunIndex index, byte[] planted) throws IOException {
    assertThat(scan(index, planted)).isNotEmpty();
  }

  /** Among other things, as it would lie in memory. */
  private List<Finding> scan(RunIndex index, byte[] planted) throws IOException {
    byte[] around = new byte[1000];
    noise.nextBytes(around);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(around);
    all.writeBytes(planted);
    all.writeBytes(around);
    return LeakScanner.scan(index, "x", new ByteArrayInputStream(all.toByteArray()));
  }

  private static PrivateKey newKey(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (algorithm.equals("EC")) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    } else {
      generator.initialize(2048);
    }
    return generator.generateKeyPair().getPrivate();
  }

  private static byte[] pem(PrivateKey key) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return ("-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n")
        .getBytes(US_ASCII);
  }

  /** As Java's BigInteger has them in memory: the high word first, each in the machine's order. */
  private static byte[] words(byte[] big) {
    byte[] even = unsigned(big, (big.length + 3) / 4 * 4);
    byte[] result = new byte[even.length];
    for (int i = 0; i < even.length; i++) {
      result[i] = even[i / 4 * 4 + 3 - i % 4];
    }
    return result;
  }

  private static byte[] unsigned(byte[] number, int bytes) {
    byte[] fixed = new byte[bytes];
    int kept = Math.min(number.length, bytes);
    System.arraycopy(number, number.length - kept, fixed, bytes - kept, kept);
    return fixed;
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] result = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      result[i] = bytes[bytes.length - 1 - i];
    }
    return result;
  }
}

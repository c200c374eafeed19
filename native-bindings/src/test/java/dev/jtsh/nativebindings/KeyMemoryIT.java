// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The promise of {@link NativeKey}, checked by root from outside on a process that signs. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyMemoryIT {
  private static final long JVM_BYTES_MIN = 20_000_000;
  private static final int SCANS = 2;
  private static final int ENTROPY_CHARACTERS = 24;

  @TempDir Path directory;

  @BeforeEach
  void onlyRootMayLook() {
    assumeTrue(ProcessCalls.geteuid() == 0, "reads /proc/PID/mem of another process");
  }

  @ParameterizedTest
  @EnumSource(
      value = NativeKey.Kind.class,
      names = {"EC_P256", "RSA_2048"})
  void aGeneratedKeyIsNowhereInReadableMemory(NativeKey.Kind kind) throws Exception {
    try (SubjectProcess subject = SubjectProcess.start("generate", kind.name())) {
      StringBuilder pem = new StringBuilder();
      String line = subject.line();
      while (!line.startsWith("arena ")) {
        pem.append(line).append('\n');
        line = subject.line();
      }
      assertThat(line).isEqualTo("arena MEMFD_SECRET heap MEMFD_SECRET");

      assertNothingFound(scanner(pem.toString(), kind), subject);
      assertThat(subject.finish()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = NativeKey.Kind.class,
      names = {"EC_P256", "RSA_2048"})
  void aKeyReadFromAFileIsNowhereInReadableMemory(NativeKey.Kind kind) throws Exception {
    Path file = pemFile(kind);
    try (SubjectProcess subject = SubjectProcess.start("import", file.toString())) {
      assertThat(subject.line()).isEqualTo("ready");

      assertNothingFound(scanner(Files.readString(file), kind), subject);
      assertThat(subject.finish()).isZero();
    }
  }

  /** Else the tests above would prove nothing. */
  @Test
  void theSameScannerFindsAKeyInTheHeap() throws Exception {
    Path file = pemFile(NativeKey.Kind.EC_P256);
    try (SubjectProcess subject = SubjectProcess.start("plant", file.toString())) {
      assertThat(subject.line()).isEqualTo("ready");

      MemoryScanner scanner = scanner(Files.readString(file), NativeKey.Kind.EC_P256);
      assertThat(scanner.scan(subject.pid()).findings()).isNotEmpty();
    }
  }

  private static void assertNothingFound(MemoryScanner scanner, SubjectProcess subject)
      throws Exception {
    for (int i = 0; i < SCANS; i++) {
      MemoryScanner.Result result = scanner.scan(subject.pid());
      assertThat(result.findings()).isEmpty();
      assertThat(result.scannedBytes()).isGreaterThan(JVM_BYTES_MIN);
    }
  }

  private Path pemFile(NativeKey.Kind kind) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(kind.isRsa() ? "RSA" : "EC");
    if (kind.isRsa()) {
      generator.initialize(2048);
    } else {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    }
    byte[] der = generator.generateKeyPair().getPrivate().getEncoded();
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        directory.resolve("key.pem"),
        "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n");
  }

  /** Every secret number in both byte orders, as hexadecimal text, and within the PEM's base64. */
  private static MemoryScanner scanner(String pem, NativeKey.Kind kind) throws Exception {
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    PrivateKey key =
        KeyFactory.getInstance(kind.isRsa() ? "RSA" : "EC")
            .generatePrivate(new PKCS8EncodedKeySpec(der));
    List<BigInteger> numbers =
        switch (key) {
          case ECPrivateKey ec -> List.of(ec.getS());
          case RSAPrivateCrtKey rsa ->
              List.of(
                  rsa.getPrivateExponent(),
                  rsa.getPrimeP(),
                  rsa.getPrimeQ(),
                  rsa.getPrimeExponentP(),
                  rsa.getPrimeExponentQ(),
                  rsa.getCrtCoefficient());
          default -> throw new AssertionError(key.getAlgorithm());
        };
    MemoryScanner scanner = new MemoryScanner();
    for (BigInteger number : numbers) {
      byte[] bytes = number.toByteArray();
      scanner.add(bytes);
      scanner.addHexadecimal(bytes);
    }
    byte[] secretBase64 = secretPart(der, kind);
    for (int i = 0; i + ENTROPY_CHARACTERS <= secretBase64.length; i += ENTROPY_CHARACTERS) {
      scanner.add(Arrays.copyOfRange(secretBase64, i, i + ENTROPY_CHARACTERS));
    }
    return scanner;
  }

  /** Base64 of whole groups that hold only secret bytes: not the public half, nor DER heads. */
  private static byte[] secretPart(byte[] der, NativeKey.Kind kind) {
    int from = kind.isRsa() ? 336 : 36;
    int to = kind.isRsa() ? 480 : 66;
    return Base64.getEncoder().encode(Arrays.copyOfRange(der, from, to));
  }
}

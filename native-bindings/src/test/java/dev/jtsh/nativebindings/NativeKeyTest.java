// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NativeKeyTest {
  @TempDir Path directory;

  private static final byte[] MESSAGE = "what is signed".getBytes(UTF_8);

  @Test
  void libcryptoIsHereAndItsHeapLiesInSecretPages() {
    assertThat(NativeKey.available()).isTrue();
    assertThat(NativeKey.memoryKind()).isEqualTo(SecretArena.Kind.MEMFD_SECRET);
  }

  @ParameterizedTest
  @EnumSource(NativeKey.Scheme.class)
  void theJdkVerifiesEverySignature(NativeKey.Scheme scheme) throws Exception {
    boolean rsa = scheme.name().startsWith("RSA");
    try (NativeKey key =
        NativeKey.generate(rsa ? NativeKey.Kind.RSA_2048 : NativeKey.Kind.EC_P256)) {
      byte[] signature = key.sign(scheme, MESSAGE);

      assertThat(verifies(key, scheme, MESSAGE, signature)).isTrue();
      assertThat(verifies(key, scheme, "something else".getBytes(UTF_8), signature)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(NativeKey.Kind.class)
  void thePemIsTheSameKeyToTheJdkAndBackAgain(NativeKey.Kind kind) throws Exception {
    try (NativeKey key = NativeKey.generate(kind);
        SecretBuffer pem = key.privateKeyPem()) {
      String text = new String(pem.segment().toArray(JAVA_BYTE), US_ASCII);
      assertThat(text).startsWith("-----BEGIN PRIVATE KEY-----\n").endsWith("KEY-----\n");
      assertThat(text.lines()).allMatch(line -> line.length() <= 64);

      PrivateKey seenByJdk = jdkPrivateKey(text, kind.isRsa() ? "RSA" : "EC");
      NativeKey.Scheme scheme = firstScheme(kind);
      Signature signer = Signature.getInstance(jcaName(scheme));
      signer.initSign(seenByJdk);
      signer.update(MESSAGE);
      assertThat(verifies(key, scheme, MESSAGE, signer.sign())).isTrue();

      try (NativeKey again = NativeKey.fromPem(pem.segment())) {
        assertThat(again.kind()).isEqualTo(kind);
        assertThat(again.publicKeyDer()).isEqualTo(key.publicKeyDer());
        for (NativeKey.Scheme each : NativeKey.Scheme.values()) {
          if (each.name().startsWith("RSA") == kind.isRsa()) {
            assertThat(verifies(key, each, MESSAGE, again.sign(each, MESSAGE))).isTrue();
          }
        }
        try (SecretBuffer pemAgain = again.privateKeyPem()) {
          assertThat(pemAgain.segment().mismatch(pem.segment())).isEqualTo(-1);
        }
      }
    }
  }

  /** Scalars and primes with a zero in front appear once in 256 keys; so many are made here. */
  @Test
  void numbersWithLeadingZerosSurviveTheRoundTrip() throws Exception {
    boolean shortScalarSeen = false;
    for (int i = 0; i < 2_000 && !shortScalarSeen; i++) {
      try (NativeKey key = NativeKey.generate(NativeKey.Kind.EC_P256);
          SecretBuffer pem = key.privateKeyPem();
          NativeKey again = NativeKey.fromPem(pem.segment())) {
        assertThat(again.publicKeyDer()).isEqualTo(key.publicKeyDer());
        String text = new String(pem.segment().toArray(JAVA_BYTE), US_ASCII);
        shortScalarSeen = ((ECPrivateKey) jdkPrivateKey(text, "EC")).getS().bitLength() <= 248;
      }
    }
    assertThat(shortScalarSeen).isTrue();
  }

  @Test
  void keysOfTheJdkAreRead() throws Exception {
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    for (var pair : List.of(ec.generateKeyPair(), rsa.generateKeyPair())) {
      String body = Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded());
      String text =
          "some words before\r\n-----BEGIN PRIVATE KEY-----\r\n"
              + body
              + "\r\n-----END PRIVATE KEY-----";
      try (SecretBuffer pem = secret(text);
          NativeKey key = NativeKey.fromPem(pem.segment())) {
        assertThat(key.publicKeyDer()).isEqualTo(pair.getPublic().getEncoded());
      }
    }
  }

  /** The three forms that programs write, with and without the public half. */
  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void theOlderFormsOfTheOpensslProgramAreRead(String algorithm) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "needs the openssl program");
    Path pkcs8 = directory.resolve("pkcs8");
    Path older = directory.resolve("older");
    NativeKey.Kind kind = algorithm.equals("EC") ? NativeKey.Kind.EC_P256 : NativeKey.Kind.RSA_2048;
    try (NativeKey key = NativeKey.generate(kind);
        SecretBuffer pem = key.privateKeyPem()) {
      SecretFile.create(pkcs8, pem.segment());
      openssl("pkey", "-in", pkcs8.toString(), "-traditional", "-out", older.toString());
      assertThat(Files.readString(older)).startsWith("-----BEGIN " + algorithm + " PRIVATE");
      assertSameKey(key, older);
      if (kind == NativeKey.Kind.EC_P256) {
        Path bare = directory.resolve("bare");
        openssl("ec", "-in", older.toString(), "-no_public", "-out", bare.toString());
        assertSameKey(key, bare);
      }
    }
  }

  @Test
  void everyTruncatedKeyIsRefusedAndNoneCrashes() throws Exception {
    for (NativeKey.Kind kind : List.of(NativeKey.Kind.EC_P256, NativeKey.Kind.RSA_2048)) {
      try (NativeKey key = NativeKey.generate(kind);
          SecretBuffer pem = key.privateKeyPem();
          SecretBuffer der = PemArmour.decodePrivateKey(pem.segment(), SecretArena.process())) {
        int scalarEnd = kind.isRsa() ? der.size() : 67;
        for (int length = 0; length < scalarEnd; length += kind.isRsa() ? 7 : 1) {
          MemorySegment part = der.segment().asSlice(0, length);
          assertThatThrownBy(() -> NativeKey.fromPkcs8Der(part))
              .isInstanceOf(KeyFormatException.class);
        }
      }
    }
  }

  @Test
  void whatIsNoUsableKeyIsRefusedInWords() throws Exception {
    KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
    p384.initialize(new ECGenParameterSpec("secp384r1"));
    String other =
        Base64.getEncoder().encodeToString(p384.generateKeyPair().getPrivate().getEncoded());

    assertRefused("nothing here", "no PEM block");
    assertRefused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "no PEM block");
    assertRefused(block("ENCRYPTED PRIVATE KEY", "AAAA"), "unencrypted");
    assertRefused(block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\nAAAA"), "not base64");
    assertRefused(block("PRIVATE KEY", "AAAA"), "not a private key");
    assertRefused(block("PRIVATE KEY", other), "only P-256 and RSA");
    assertRefused("-----BEGIN PRIVATE KEY-----\nAAAA", "no end");
  }

  @Test
  void signingInManyThreadsNeverExhaustsTheHeap() throws Exception {
    try (NativeKey rsa = NativeKey.generate(NativeKey.Kind.RSA_2048);
        NativeKey ec = NativeKey.generate(NativeKey.Kind.EC_P256);
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> signatures = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        Callable<byte[]> sign =
            i % 2 == 0
                ? () -> rsa.sign(NativeKey.Scheme.RSA_PSS_SHA256, MESSAGE)
                : () -> ec.sign(NativeKey.Scheme.ECDSA_SHA256, MESSAGE);
        signatures.add(executor.submit(sign));
      }
      for (int i = 0; i < signatures.size(); i++) {
        NativeKey key = i % 2 == 0 ? rsa : ec;
        NativeKey.Scheme scheme =
            i % 2 == 0 ? NativeKey.Scheme.RSA_PSS_SHA256 : NativeKey.Scheme.ECDSA_SHA256;
        assertThat(verifies(key, scheme, MESSAGE, signatures.get(i).get())).isTrue();
      }
    }
  }

  @Test
  void keysThatAreClosedLeaveTheirRoom() {
    for (int i = 0; i < 2_000; i++) {
      NativeKey.generate(NativeKey.Kind.EC_P256).close();
    }
  }

  @Test
  void aClosedKeyAndAForeignSchemeAreRefused() {
    NativeKey key = NativeKey.generate(NativeKey.Kind.EC_P256);
    assertThatThrownBy(() -> key.sign(NativeKey.Scheme.RSA_PSS_SHA256, MESSAGE))
        .isInstanceOf(IllegalArgumentException.class);
    key.close();
    key.close();
    assertThatThrownBy(() -> key.sign(NativeKey.Scheme.ECDSA_SHA256, MESSAGE))
        .isInstanceOf(IllegalStateException.class);
  }

  private static void assertSameKey(NativeKey key, Path file) throws Exception {
    NativeKey.Scheme scheme = firstScheme(key.kind());
    try (SecretBuffer text = SecretFile.read(file, 8_192);
        NativeKey read = NativeKey.fromPem(text.segment())) {
      assertThat(read.publicKeyDer()).isEqualTo(key.publicKeyDer());
      assertThat(verifies(key, scheme, MESSAGE, read.sign(scheme, MESSAGE))).isTrue();
    }
  }

  private static void openssl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private static String block(String label, String body) {
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  private static void assertRefused(String pem, String why) {
    try (SecretBuffer secret = secret(pem)) {
      assertThatThrownBy(() -> NativeKey.fromPem(secret.segment()))
          .isInstanceOf(KeyFormatException.class)
          .hasMessageContaining(why);
    }
  }

  private static SecretBuffer secret(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    SecretBuffer secret = SecretArena.process().allocate(bytes.length);
    MemorySegment.copy(bytes, 0, secret.segment(), JAVA_BYTE, 0, bytes.length);
    return secret;
  }

  private static PrivateKey jdkPrivateKey(String pem, String algorithm) throws Exception {
    String body = pem.replaceAll("-----[A-Z ]+-----", "");
    byte[] der = Base64.getMimeDecoder().decode(body);
    PrivateKey key =
        KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    if (key instanceof RSAPrivateCrtKey crt) {
      assertThat(crt.getPrimeP().multiply(crt.getPrimeQ())).isEqualTo(crt.getModulus());
    }
    return key;
  }

  private static NativeKey.Scheme firstScheme(NativeKey.Kind kind) {
    return kind.isRsa() ? NativeKey.Scheme.RSA_PKCS1_SHA256 : NativeKey.Scheme.ECDSA_SHA256;
  }

  private static String jcaName(NativeKey.Scheme scheme) {
    String digest = scheme.name().substring(scheme.name().lastIndexOf('_') + 1);
    if (scheme.pss()) {
      return "RSASSA-PSS";
    }
    return digest + (scheme.name().startsWith("RSA") ? "withRSA" : "withECDSA");
  }

  private static boolean verifies(
      NativeKey key, NativeKey.Scheme scheme, byte[] message, byte[] signature) throws Exception {
    PublicKey publicKey =
        KeyFactory.getInstance(key.kind().isRsa() ? "RSA" : "EC")
            .generatePublic(new X509EncodedKeySpec(key.publicKeyDer()));
    Signature verifier = Signature.getInstance(jcaName(scheme));
    if (scheme.pss()) {
      String digest = "SHA-" + scheme.name().substring(scheme.name().length() - 3);
      int saltBytes = Integer.parseInt(digest.substring(4)) / 8;
      verifier.setParameter(
          new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), saltBytes, 1));
    }
    verifier.initVerify(publicKey);
    verifier.update(message);
    return verifier.verify(signature);
  }
}

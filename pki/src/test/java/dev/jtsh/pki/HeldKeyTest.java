// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.nativebindings.SecretBuffer;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class HeldKeyTest {
  private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);

  /** Made once: RSA keys take their time. */
  private static final HeldKey EC = HeldKey.generate(KeyKind.P256);

  private static final HeldKey RSA = HeldKey.generate(KeyKind.RSA2048);
  private static final HeldKey EC_IN_HEAP = HeldKey.generateInHeap(KeyKind.P256);
  private static final HeldKey RSA_IN_HEAP = HeldKey.generateInHeap(KeyKind.RSA2048);

  @AfterAll
  static void close() {
    Stream.of(EC, RSA, EC_IN_HEAP, RSA_IN_HEAP).forEach(HeldKey::close);
  }

  private static HeldKey key(KeyKind kind, boolean nativeKey) {
    return switch (kind) {
      case P256 -> nativeKey ? EC : EC_IN_HEAP;
      case RSA2048 -> nativeKey ? RSA : RSA_IN_HEAP;
    };
  }

  @ParameterizedTest
  @EnumSource(SignatureScheme.class)
  void anotherProviderAcceptsTheSignature(SignatureScheme scheme) throws Exception {
    HeldKey key = key(scheme.kind(), true);
    byte[] signature = key.sign(scheme, MESSAGE);

    Signature verifier = Signature.getInstance(scheme.jcaName(), new BouncyCastleProvider());
    verifier.initVerify(key.publicKey());
    verifier.update(MESSAGE);
    assertThat(verifier.verify(signature)).isTrue();
    verifier.update((byte) 0);
    assertThat(verifier.verify(signature)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(KeyKind.class)
  void privateKeyCannotBeRead(KeyKind kind) {
    HeldKey key = key(kind, true);
    assertThat(key.privateKey().getEncoded()).isNull();
    assertThat(key.privateKey().getFormat()).isNull();
    assertThat(key.privateKey().toString()).doesNotContain("[B");
    assertThatThrownBy(
            () -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(key.privateKey()))
        .isInstanceOf(NotSerializableException.class);
  }

  @Test
  void javaFindsTheProviderByTheKey() throws Exception {

    assertThat(signedByJava("SHA256withECDSA", EC, null)).isTrue();
    assertThat(signedByJava("SHA256withRSA", RSA, null)).isTrue();
    assertThat(signedByJava("SHA512withRSA", RSA, null)).isTrue();
    assertThat(
            signedByJava(
                "RSASSA-PSS",
                RSA,
                new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1)))
        .isTrue();
  }

  private static boolean signedByJava(
      String algorithm, HeldKey key, @Nullable PSSParameterSpec parameters) throws Exception {
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key.privateKey());
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(key.publicKey());
    if (parameters != null) {
      signer.setParameter(parameters);
      verifier.setParameter(parameters);
    }
    signer.update(MESSAGE, 0, 3);
    signer.update(MESSAGE, 3, MESSAGE.length - 3);
    verifier.update(MESSAGE);
    return verifier.verify(signer.sign());
  }

  @Test
  void keysOfOthersStillGoToTheirProviders() throws Exception {
    assertThat(EC.kind()).isEqualTo(KeyKind.P256);
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate());
    assertThat(signer.getProvider().getName()).isEqualTo("SunEC");
  }

  @Test
  void nothingElseThanSigningIsPossible() {

    assertThatThrownBy(
            () -> {
              Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
              cipher.init(Cipher.DECRYPT_MODE, RSA.privateKey());
            })
        .isInstanceOf(java.security.InvalidKeyException.class);
  }

  @Test
  void schemeOfTheOtherKindIsRefused() {
    assertThatThrownBy(() -> EC.sign(SignatureScheme.RSA_PSS_SHA256, MESSAGE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EC.sign("MD5withRSA", MESSAGE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Stream<Arguments> keysAndPlaces() {
    return Stream.of(KeyKind.values())
        .flatMap(kind -> Stream.of(Arguments.of(kind, true), Arguments.of(kind, false)));
  }

  @Test
  void keysAreOutsideTheHeapHere() {
    assertThat(EC.isNative()).isTrue();
    assertThat(EC_IN_HEAP.isNative()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(SignatureScheme.class)
  void fallbackSignsAsWell(SignatureScheme scheme) throws Exception {
    HeldKey key = key(scheme.kind(), false);
    Signature verifier = Signature.getInstance(scheme.jcaName(), new BouncyCastleProvider());
    verifier.initVerify(key.publicKey());
    verifier.update(MESSAGE);
    assertThat(verifier.verify(key.sign(scheme, MESSAGE))).isTrue();
    assertThat(key.privateKey().getEncoded()).isNull();
  }

  @ParameterizedTest
  @MethodSource("keysAndPlaces")
  void keyWrittenAsPemComesBackTheSame(KeyKind kind, boolean nativeKey) {
    HeldKey key = key(kind, nativeKey);
    try (SecretBuffer pem = key.privateKeyPem();
        HeldKey sameNative = HeldKey.parse(pem.segment(), true);
        HeldKey sameInHeap = HeldKey.parse(pem.segment(), false)) {
      assertThat(sameNative.publicKey()).isEqualTo(key.publicKey());
      assertThat(sameInHeap.publicKey()).isEqualTo(key.publicKey());
      assertThat(sameNative.kind()).isEqualTo(kind);
    }
  }

  /** PKCS#8, SEC 1 and PKCS#1, as openssl and others write them. */
  @ParameterizedTest
  @EnumSource(KeyKind.class)
  void everyUsualFormOfKeyFileIsRead(KeyKind kind, @TempDir Path directory) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(kind == KeyKind.P256 ? "EC" : "RSA");
    generator.initialize(kind == KeyKind.P256 ? 256 : 2048);
    KeyPair pair = generator.generateKeyPair();
    PrivateKeyInfo info = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
    PemObject pkcs8 = new PemObject("PRIVATE KEY", info.getEncoded());
    PemObject old =
        new PemObject(
            kind == KeyKind.P256 ? "EC PRIVATE KEY" : "RSA PRIVATE KEY",
            info.parsePrivateKey().toASN1Primitive().getEncoded());
    if (kind == KeyKind.P256) { // The curve stands outside in PKCS#8, inside in SEC 1.
      org.bouncycastle.asn1.sec.ECPrivateKey sec1 =
          org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(info.parsePrivateKey());
      old =
          new PemObject(
              "EC PRIVATE KEY",
              new org.bouncycastle.asn1.sec.ECPrivateKey(
                      256, sec1.getKey(), info.getPrivateKeyAlgorithm().getParameters())
                  .getEncoded());
    }
    for (PemObject form : List.of(pkcs8, old)) {
      Path file = directory.resolve("key.pem");
      try (PemWriter writer = new PemWriter(Files.newBufferedWriter(file))) {
        writer.writeObject(form);
      }
      try (HeldKey key = HeldKey.loadPem(file);
          Arena arena = Arena.ofConfined()) {
        assertThat(key.publicKey()).isEqualTo(pair.getPublic());
        byte[] bytes = Files.readAllBytes(file);
        MemorySegment pem = arena.allocateFrom(java.lang.foreign.ValueLayout.JAVA_BYTE, bytes);
        try (HeldKey fallback = HeldKey.parse(pem, false)) {
          assertThat(fallback.publicKey()).isEqualTo(pair.getPublic());
        }
      }
    }
  }

  @Test
  void otherFilesAreRefusedWithoutQuotingThem(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("key.pem");
    for (String content :
        List.of(
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PRIVATE KEY-----\nsecret\n",
            Pem.encode(Recorded.certificate("03-host-ca.pem")),
            "x".repeat(40_000))) {
      Files.writeString(file, content);
      assertThatThrownBy(() -> HeldKey.loadPem(file))
          .isInstanceOf(PkiException.class)
          .hasMessageContaining("key.pem")
          .hasMessageNotContaining("secret")
          .hasMessageNotContaining("c2Vj");
    }
    assertThatThrownBy(() -> HeldKey.loadPem(directory.resolve("none")))
        .isInstanceOf(java.io.IOException.class);
  }

  @ParameterizedTest
  @EnumSource(KeyKind.class)
  void closedKeySignsNoMore(KeyKind kind) {
    HeldKey key = HeldKey.generate(kind);
    key.close();
    key.close();
    SignatureScheme scheme =
        kind == KeyKind.P256 ? SignatureScheme.ECDSA_SHA256 : SignatureScheme.RSA_PSS_SHA256;
    assertThatThrownBy(() -> key.sign(scheme, MESSAGE)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> {
              Signature signer = Signature.getInstance(scheme.jcaName());
              signer.initSign(key.privateKey());
              signer.update(MESSAGE);
              signer.sign();
            })
        .isInstanceOfAny(
            java.security.SignatureException.class, java.security.NoSuchAlgorithmException.class);
    assertThatThrownBy(key::privateKeyPem).isInstanceOf(IllegalStateException.class);
    assertThat(key.publicKey().getEncoded()).isNotEmpty();
  }

  @Test
  void forgottenKeyIsFreed() throws Exception {
    NativeKeyBacking backing = NativeKeyBacking.generate(KeyKind.P256);
    assertThat(new HeldKey(backing).kind()).isEqualTo(KeyKind.P256);
    long end = System.nanoTime() + 20_000_000_000L;
    while (signs(backing) && System.nanoTime() < end) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(signs(backing)).isFalse();
  }

  private static boolean signs(NativeKeyBacking backing) {
    try {
      return backing.sign(SignatureScheme.ECDSA_SHA256, MESSAGE).length > 0;
    } catch (IllegalStateException e) {
      return false;
    }
  }
}

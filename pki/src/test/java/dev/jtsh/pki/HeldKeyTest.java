// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class HeldKeyTest {
  private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.UTF_8);

  private static Stream<SignatureScheme> schemes() {
    return Arrays.stream(SignatureScheme.values());
  }

  @ParameterizedTest
  @MethodSource("schemes")
  void anotherProviderAcceptsTheSignature(SignatureScheme scheme) throws Exception {
    try (HeldKey key = HeldKey.generate(scheme.kind())) {
      byte[] signature = key.sign(scheme, MESSAGE);

      Signature verifier = Signature.getInstance(scheme.jcaName(), new BouncyCastleProvider());
      verifier.initVerify(key.publicKey());
      verifier.update(MESSAGE);
      assertThat(verifier.verify(signature)).isTrue();
      verifier.update((byte) 0);
      assertThat(verifier.verify(signature)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(KeyKind.class)
  void privateKeyCannotBeRead(KeyKind kind) {
    try (HeldKey key = HeldKey.generate(kind)) {
      assertThat(key.privateKey().getEncoded()).isNull();
      assertThat(key.privateKey().getFormat()).isNull();
      assertThat(key.privateKey().toString()).doesNotContain("[B");
      assertThatThrownBy(() ->
              new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(key.privateKey()))
          .isInstanceOf(NotSerializableException.class);
    }
  }

  @Test
  void javaFindsTheProviderByTheKey() throws Exception {
    try (HeldKey ec = HeldKey.generate(KeyKind.P256);
        HeldKey rsa = HeldKey.generate(KeyKind.RSA2048)) {
      assertThat(signedByJava("SHA256withECDSA", ec, null)).isTrue();
      assertThat(signedByJava("SHA256withRSA", rsa, null)).isTrue();
      assertThat(signedByJava("SHA512withRSA", rsa, null)).isTrue();
      assertThat(
              signedByJava(
                  "RSASSA-PSS",
                  rsa,
                  new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1)))
          .isTrue();
    }
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
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      assertThat(key.kind()).isEqualTo(KeyKind.P256);
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate());
      assertThat(signer.getProvider().getName()).isEqualTo("SunEC");
    }
  }

  @Test
  void nothingElseThanSigningIsPossible() {
    try (HeldKey key = HeldKey.generate(KeyKind.RSA2048)) {
      assertThatThrownBy(
              () -> {
                Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                cipher.init(Cipher.DECRYPT_MODE, key.privateKey());
              })
          .isInstanceOf(java.security.InvalidKeyException.class);
    }
  }

  @Test
  void schemeOfTheOtherKindIsRefused() {
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      assertThatThrownBy(() -> key.sign(SignatureScheme.RSA_PSS_SHA256, MESSAGE))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> key.sign("MD5withRSA", MESSAGE))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * A key in the Java heap, for machines without libcrypto 3. The garbage collector may leave copies
 * of it; {@link HeldKey} uses it only where nothing better is there.
 */
final class JdkKeyBacking implements KeyBacking {
  private final KeyPair pair;

  private JdkKeyBacking(KeyPair pair) {
    this.pair = pair;
  }

  static JdkKeyBacking generate(KeyKind kind) {
    try {
      return new JdkKeyBacking(
          switch (kind) {
            case P256 -> {
              KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider("SunEC"));
              generator.initialize(new ECGenParameterSpec("secp256r1"));
              yield generator.generateKeyPair();
            }
            case RSA2048 -> {
              KeyPairGenerator generator =
                  KeyPairGenerator.getInstance("RSA", provider("SunRsaSign"));
              generator.initialize(2048);
              yield generator.generateKeyPair();
            }
          });
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot make a key of kind " + kind, e);
    }
  }

  /** Throws IllegalArgumentException if the text holds no key that can be used. */
  static JdkKeyBacking parse(MemorySegment pem) {
    byte[] bytes = pem.toArray(ValueLayout.JAVA_BYTE);
    try (PEMParser parser =
        new PEMParser(
            new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.US_ASCII))) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      Object object = parser.readObject();
      while (object != null) {
        PrivateKeyInfo info =
            switch (object) {
              case PEMKeyPair keys -> keys.getPrivateKeyInfo();
              case PrivateKeyInfo alone -> alone;
              default -> null; // Parameters or certificates may stand before the key.
            };
        if (info != null) {
          PrivateKey key = converter.getPrivateKey(info);
          return new JdkKeyBacking(new KeyPair(PublicHalf.of(key), key));
        }
        object = parser.readObject();
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // Without its cause, which could quote the text.
      throw new IllegalArgumentException("not a key that can be used");
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
    throw new IllegalArgumentException("there is no private key");
  }

  @Override
  public PublicKey publicKey() {
    return pair.getPublic();
  }

  @Override
  public byte[] sign(SignatureScheme scheme, byte[] message) {
    try {
      Signature signature =
          switch (scheme) {
            case ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512 ->
                Signature.getInstance(scheme.jcaName(), provider("SunEC"));
            case RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512 ->
                Signature.getInstance(scheme.jcaName(), provider("SunRsaSign"));
            case RSA_PSS_SHA256 -> pss("SHA-256", MGF1ParameterSpec.SHA256, 32);
            case RSA_PSS_SHA384 -> pss("SHA-384", MGF1ParameterSpec.SHA384, 48);
            case RSA_PSS_SHA512 -> pss("SHA-512", MGF1ParameterSpec.SHA512, 64);
          };
      signature.initSign(pair.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("signing with " + scheme + " failed", e);
    }
  }

  @Override
  public SecretBuffer privateKeyPem() {
    byte[] der = pair.getPrivate().getEncoded();
    byte[] body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(der);
    Arrays.fill(der, (byte) 0);
    byte[] begin = "-----BEGIN PRIVATE KEY-----\n".getBytes(StandardCharsets.US_ASCII);
    byte[] end = "\n-----END PRIVATE KEY-----\n".getBytes(StandardCharsets.US_ASCII);
    SecretBuffer pem = SecretArena.process().allocate(begin.length + body.length + end.length);
    MemorySegment to = pem.segment();
    MemorySegment.copy(begin, 0, to, ValueLayout.JAVA_BYTE, 0, begin.length);
    MemorySegment.copy(body, 0, to, ValueLayout.JAVA_BYTE, begin.length, body.length);
    MemorySegment.copy(end, 0, to, ValueLayout.JAVA_BYTE, begin.length + body.length, end.length);
    Arrays.fill(body, (byte) 0);
    return pem;
  }

  @Override
  public void close() {
    // The heap cannot be wiped; the garbage collector takes it.
  }

  private static Signature pss(String digest, MGF1ParameterSpec mask, int saltBytes)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance("RSASSA-PSS", provider("SunRsaSign"));
    signature.setParameter(
        new PSSParameterSpec(digest, "MGF1", mask, saltBytes, PSSParameterSpec.TRAILER_FIELD_BC));
    return signature;
  }

  private static Provider provider(String name) throws GeneralSecurityException {
    Provider provider = Security.getProvider(name);
    if (provider == null) {
      throw new GeneralSecurityException("the provider " + name + " is missing");
    }
    return provider;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * A key in the Java heap, for machines without libcrypto 3. The garbage collector may leave copies
 * of it; {@link HeldKey} uses it only where nothing better is there.
 */
final class JdkKeyBacking implements KeyBacking {
  private static final int MAX_PEM_BYTES = 64 * 1024;
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

  static JdkKeyBacking load(Path file) throws IOException {
    if (Files.size(file) > MAX_PEM_BYTES) {
      throw new PkiException("the key file " + file + " is larger than 64 KiB");
    }
    try (Reader reader =
            new InputStreamReader(
                new ByteArrayInputStream(Files.readAllBytes(file)), StandardCharsets.US_ASCII);
        PEMParser parser = new PEMParser(reader)) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      Object object = parser.readObject();
      while (object != null) {
        if (object instanceof PEMKeyPair keys) {
          return new JdkKeyBacking(converter.getKeyPair(keys));
        }
        if (object instanceof PrivateKeyInfo info) {
          PrivateKey key = converter.getPrivateKey(info);
          return new JdkKeyBacking(new KeyPair(PublicHalf.of(key), key));
        }
        object = parser.readObject();
      }
    } catch (GeneralSecurityException | RuntimeException e) {
      // The cause could quote the file.
      throw new PkiException("the key file " + file + " holds no key jtsh understands");
    }
    throw new PkiException("the key file " + file + " holds no private key");
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
            case ECDSA_SHA256 -> Signature.getInstance(scheme.jcaName(), provider("SunEC"));
            case RSA_PKCS1_SHA256, RSA_PKCS1_SHA512 ->
                Signature.getInstance(scheme.jcaName(), provider("SunRsaSign"));
            case RSA_PSS_SHA256, RSA_PSS_SHA384 ->
                Signature.getInstance("RSASSA-PSS", provider("SunRsaSign"));
          };
      if (scheme == SignatureScheme.RSA_PSS_SHA256) {
        signature.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      } else if (scheme == SignatureScheme.RSA_PSS_SHA384) {
        signature.setParameter(
            new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1));
      }
      signature.initSign(pair.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("signing with " + scheme + " failed", e);
    }
  }

  @Override
  public void close() {
    // The heap cannot be wiped; the garbage collector takes it.
  }

  private static Provider provider(String name) throws GeneralSecurityException {
    Provider provider = Security.getProvider(name);
    if (provider == null) {
      throw new GeneralSecurityException("the provider " + name + " is missing");
    }
    return provider;
  }
}

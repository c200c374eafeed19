// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets Java's own TLS and certificate code sign with a {@link HeldKey}. Registered last, and only
 * for our own key classes, so other keys go to other providers as before.
 */
final class OpaqueKeyProvider extends Provider {
  private static final long serialVersionUID = 1L;
  private static final String NAME = "JtshHeldKeys";

  static {
    Security.addProvider(new OpaqueKeyProvider());
  }

  private OpaqueKeyProvider() {
    super(NAME, "1", "signs with keys that cannot be read");
    for (SignatureScheme scheme : SignatureScheme.values()) {
      if (!scheme.name().startsWith("RSA_PSS")) { // One service with parameters for all of these.
        put(
            scheme.jcaName(),
            scheme.kind() == KeyKind.P256 ? OpaqueEcKey.class : OpaqueRsaKey.class);
      }
    }
    put("RSASSA-PSS", OpaqueRsaKey.class);
  }

  static PrivateKey opaque(HeldKey key) {
    return switch (key.kind()) {
      case P256 -> new OpaqueEcKey(key);
      case RSA2048 -> new OpaqueRsaKey(key, (RSAPublicKey) key.publicKey());
    };
  }

  private void put(String algorithm, Class<?> keyClass) {
    putService(
        new Service(
            this,
            "Signature",
            algorithm,
            HeldKeySignature.class.getName(),
            List.of(),
            Map.of("SupportedKeyClasses", keyClass.getName())) {
          @Override
          public Object newInstance(@Nullable Object parameter) {
            return new HeldKeySignature(algorithm);
          }
        });
  }

  /** A key of ours, seen through Java's interfaces. */
  abstract static class OpaqueKey implements PrivateKey {
    private static final long serialVersionUID = 1L;
    private final transient HeldKey key;

    OpaqueKey(HeldKey key) {
      this.key = key;
    }

    @Override
    public @Nullable String getFormat() {
      return null;
    }

    @Override
    public byte @Nullable [] getEncoded() {
      return null;
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
      throw new NotSerializableException("a held key does not leave its memory");
    }
  }

  static final class OpaqueEcKey extends OpaqueKey {
    private static final long serialVersionUID = 1L;

    OpaqueEcKey(HeldKey key) {
      super(key);
    }

    @Override
    public String getAlgorithm() {
      return "EC";
    }
  }

  /** JSSE chooses a signature for RSA keys by their modulus, which is public. */
  static final class OpaqueRsaKey extends OpaqueKey implements RSAKey {
    private static final long serialVersionUID = 1L;
    private final BigInteger modulus;

    OpaqueRsaKey(HeldKey key, RSAPublicKey publicKey) {
      super(key);
      this.modulus = publicKey.getModulus();
    }

    @Override
    public String getAlgorithm() {
      return "RSA";
    }

    @Override
    public BigInteger getModulus() {
      return modulus;
    }

    @Override // Both interfaces have a default for it.
    public @Nullable AlgorithmParameterSpec getParams() {
      return null;
    }
  }

  /** Collects the message and signs it at the end. */
  private static final class HeldKeySignature extends SignatureSpi {
    private final String algorithm;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private @Nullable HeldKey key;
    private @Nullable PSSParameterSpec pss;

    HeldKeySignature(String algorithm) {
      this.algorithm = algorithm;
    }

    @Override
    protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
      if (!(privateKey instanceof OpaqueKey opaque)) {
        throw new InvalidKeyException("not a held key");
      }
      key = opaque.key;
      message.reset();
    }

    @Override
    protected void engineInitVerify(PublicKey publicKey) throws InvalidKeyException {
      throw new InvalidKeyException("held keys only sign; verify with another provider");
    }

    @Override
    protected void engineUpdate(byte b) {
      message.write(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) {
      message.write(bytes, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
      if (key == null) {
        throw new SignatureException("not initialised");
      }
      try {
        return key.sign(scheme(), message.toByteArray());
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new SignatureException("signing failed", e);
      } finally {
        message.reset();
      }
    }

    private SignatureScheme scheme() throws SignatureException {
      if (!algorithm.equals("RSASSA-PSS")) {
        return SignatureScheme.named(algorithm);
      }
      if (pss == null) {
        throw new SignatureException("RSASSA-PSS needs its parameters");
      }
      return switch (pss.getDigestAlgorithm()) {
        case "SHA-256" -> SignatureScheme.RSA_PSS_SHA256;
        case "SHA-384" -> SignatureScheme.RSA_PSS_SHA384;
        case "SHA-512" -> SignatureScheme.RSA_PSS_SHA512;
        default -> throw new SignatureException("no PSS with " + pss.getDigestAlgorithm());
      };
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
      throw new SignatureException("held keys only sign");
    }

    @Override
    protected void engineSetParameter(@Nullable AlgorithmParameterSpec parameters)
        throws InvalidAlgorithmParameterException {
      if (parameters == null) {
        return;
      }
      if (!algorithm.equals("RSASSA-PSS")
          || !(parameters instanceof PSSParameterSpec spec)
          || !fits(spec)) {
        throw new InvalidAlgorithmParameterException("not supported by held keys");
      }
      pss = spec;
    }

    private static boolean fits(PSSParameterSpec spec) {
      return switch (spec.getDigestAlgorithm()) {
        case "SHA-256" -> spec.getSaltLength() == 32;
        case "SHA-384" -> spec.getSaltLength() == 48;
        case "SHA-512" -> spec.getSaltLength() == 64;
        default -> false;
      };
    }

    @Override
    protected @Nullable AlgorithmParameters engineGetParameters() {
      if (pss == null) {
        return null;
      }
      try {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
        parameters.init(pss);
        return parameters;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java has no RSASSA-PSS parameters", e);
      }
    }

    @Deprecated
    @Override
    protected void engineSetParameter(String name, Object value) {
      throw new InvalidParameterException("not supported");
    }

    @Deprecated
    @Override
    protected Object engineGetParameter(String name) {
      throw new InvalidParameterException("not supported");
    }
  }
}

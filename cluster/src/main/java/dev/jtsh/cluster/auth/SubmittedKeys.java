// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.UserKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The public keys somebody asks certificates for.
 *
 * @param ssh key of the SSH certificate; empty if none is wanted
 * @param tls key of the TLS certificate
 */
record SubmittedKeys(Optional<PublicKey> ssh, PublicKey tls) {
  private static final int PEM_CHARS_MAX = 16 * 1024;
  private static final Pattern PUBLIC_KEY_PEM =
      Pattern.compile(
          "\\s*-----BEGIN PUBLIC KEY-----\\s+([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");

  /**
   * Reads the keys of a request.
   *
   * @throws WireException of kind BAD_PARAMETER when one cannot be read
   */
  static SubmittedKeys of(UserKeys keys) {
    Optional<PublicKey> ssh =
        keys.ssh().isEmpty() ? Optional.empty() : Optional.of(sshKey(keys.ssh()));
    PublicKey tls = keys.tlsPem().isEmpty() ? ssh.orElseThrow() : tlsKey(keys.tlsPem());
    return new SubmittedKeys(ssh, tls);
  }

  static PublicKey sshKey(ByteString line) {
    try {
      return SshPublicKey.parse(line.toByteArray());
    } catch (PkiException e) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "ssh: no key found");
    }
  }

  static PublicKey tlsKey(ByteString pem) {
    Matcher matcher =
        PUBLIC_KEY_PEM.matcher(
            pem.size() > PEM_CHARS_MAX ? "" : pem.toString(StandardCharsets.ISO_8859_1));
    if (!matcher.matches()) {
      throw badTlsKey();
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(matcher.group(1));
    } catch (IllegalArgumentException e) {
      throw badTlsKey();
    }
    for (String algorithm : new String[] {"EC", "RSA", "Ed25519"}) {
      try {
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        // Not of this kind: try the next.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK has " + algorithm, e);
      }
    }
    throw badTlsKey();
  }

  private static WireException badTlsKey() {
    return new WireException(ErrorKind.BAD_PARAMETER, "tls public key is not a PEM public key");
  }
}

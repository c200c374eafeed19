// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import com.google.protobuf.ByteString;
import dev.jtsh.pki.SshPublicKey;
import java.security.PublicKey;

/**
 * A login's public key in the fields that the server knows; the others are empty.
 *
 * @param only the one key of older servers, an OpenSSH line
 * @param ssh the same for newer ones
 * @param tls PEM, for newer ones
 */
record LoginKeys(ByteString only, ByteString ssh, ByteString tls) {
  static LoginKeys of(ServerVersion server, PublicKey key) {
    ByteString ssh = ByteString.copyFrom(SshPublicKey.authorizedKeysLine(key));
    return server.takesTwoKeys()
        ? new LoginKeys(ByteString.EMPTY, ssh, PublicKeyPem.encode(key))
        : new LoginKeys(ssh, ByteString.EMPTY, ByteString.EMPTY);
  }
}

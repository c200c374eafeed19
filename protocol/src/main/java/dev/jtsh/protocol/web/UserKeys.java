// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;

/**
 * The public keys a login asks certificates for, read from either form of a request.
 *
 * @param ssh one authorized_keys line exactly as sent (the headless id is made of these bytes);
 *     empty if only a TLS key was sent
 * @param tlsPem PEM of the key of the TLS certificate; empty if it is the SSH key
 */
public record UserKeys(ByteString ssh, ByteString tlsPem) {
  /**
   * Chooses among the old single key and the two new ones.
   *
   * @throws WireException of kind BAD_PARAMETER if both forms or none were sent
   */
  static UserKeys choose(ByteString single, ByteString ssh, ByteString tlsPem) {
    boolean twoKeys = !ssh.isEmpty() || !tlsPem.isEmpty();
    if (!single.isEmpty() && twoKeys) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER, "'pub_key' cannot be set with 'ssh_pub_key' or 'tls_pub_key'");
    }
    if (single.isEmpty() && !twoKeys) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER, "'ssh_pub_key' or 'tls_pub_key' must be set");
    }
    return new UserKeys(single.isEmpty() ? ssh : single, tlsPem);
  }
}

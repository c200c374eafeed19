// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import com.google.protobuf.ByteString;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.PublicKeyPem;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.protocol.headless.ContinuationMessage;
import dev.jtsh.protocol.web.ContinuesJson;
import java.security.PublicKey;

/**
 * Lets a session prove that a later request goes on with it (security rule 12): the key of its
 * login, whose certificate ended after a minute and which can do nothing else any more.
 *
 * @param requestId the request the session came from
 * @param login closed with the session
 */
record Continuation(String requestId, LoginCredentials login) {
  /** The proof for a new request with this key of its own. */
  ContinuesJson prove(String newId, PublicKey newKey) {
    byte[] message =
        ContinuationMessage.of(
            requestId,
            newId,
            ByteString.copyFrom(SshPublicKey.authorizedKeysLine(newKey)),
            PublicKeyPem.encode(newKey));
    return new ContinuesJson(
        requestId, ByteString.copyFrom(login.key().sign("SHA256withECDSA", message)));
  }
}

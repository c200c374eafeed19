// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An API server and the agent's credential for it.
 *
 * @param host name or address to dial
 * @param port to dial
 * @param serverName name its certificate must have; usually the host
 * @param anchors who may have signed that certificate
 * @param identity the agent's client certificate, if it has one
 * @param tokenFile a file with a bearer token, read again as it changes, if there is one
 * @param token a fixed bearer token, if there is one
 */
public record KubernetesTarget(
    String host,
    int port,
    String serverName,
    TrustAnchors anchors,
    @Nullable TlsIdentity identity,
    @Nullable Path tokenFile,
    @Nullable String token) {

  /** The token to send now. */
  Optional<String> bearer() throws IOException {
    return tokenFile == null
        ? Optional.ofNullable(token)
        : Optional.of(Files.readString(tokenFile).strip());
  }

  /** What goes into {@code Host}. */
  String authority() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return name + ":" + port;
  }

  @Override
  public String toString() {
    return "https://" + authority(); // Never the token.
  }
}

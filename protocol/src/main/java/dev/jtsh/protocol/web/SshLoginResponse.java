// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every command-line login answers.
 *
 * @param username who was logged in
 * @param cert SSH certificate in authorized_keys form
 * @param tlsCert TLS certificate, PEM
 * @param hostSigners host CAs of the root cluster
 * @param jtsh our grant; null from a real cluster and for a login that is not headless
 */
public record SshLoginResponse(
    String username,
    ByteString cert,
    ByteString tlsCert,
    List<HostSigner> hostSigners,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable GrantJson jtsh) {
  /** Absent keys become empty values. */
  public SshLoginResponse {
    username = Absent.text(username);
    cert = Absent.bytes(cert);
    tlsCert = Absent.bytes(tlsCert);
    hostSigners = Absent.list(hostSigners);
  }

  /**
   * A host CA: whom to trust on auth connections and on the kube endpoint.
   *
   * @param domainName Teleport cluster name
   * @param checkingKeys SSH keys, authorized_keys lines
   * @param tlsCerts certificates, PEM; several while the CA is being rotated
   */
  public record HostSigner(
      String domainName, List<ByteString> checkingKeys, List<ByteString> tlsCerts) {
    /** Absent keys become empty values. */
    public HostSigner {
      domainName = Absent.text(domainName);
      checkingKeys = Absent.list(checkingKeys);
      tlsCerts = Absent.list(tlsCerts);
    }
  }
}

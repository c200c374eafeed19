// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import java.time.Duration;

/**
 * Body of {@code POST /webapi/oidc/login/console}: begins a login in a browser for a program.
 *
 * @param redirectUrl where the program listens on this machine, with its key
 * @param publicKey one key for both certificates, an authorized_keys line; older servers
 * @param sshPubKey authorized_keys line
 * @param tlsPubKey PEM
 * @param certTtl wanted length of the certificates; zero for the longest allowed
 * @param connectorId the connector's name
 * @param compatibility SSH certificate format, empty for the standard one
 * @param routeToCluster Teleport cluster, empty for the root
 * @param kubernetesCluster kube cluster written into the certificate, empty for the default
 */
public record SsoConsoleRequest(
    String redirectUrl,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString publicKey,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString sshPubKey,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString tlsPubKey,
    Duration certTtl,
    String connectorId,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String compatibility,
    @JsonProperty("RouteToCluster") String routeToCluster,
    @JsonProperty("KubernetesCluster") String kubernetesCluster) {
  /** Absent keys become empty values. */
  public SsoConsoleRequest {
    redirectUrl = Absent.text(redirectUrl);
    publicKey = Absent.bytes(publicKey);
    sshPubKey = Absent.bytes(sshPubKey);
    tlsPubKey = Absent.bytes(tlsPubKey);
    certTtl = Absent.duration(certTtl);
    connectorId = Absent.text(connectorId);
    compatibility = Absent.text(compatibility);
    routeToCluster = Absent.text(routeToCluster);
    kubernetesCluster = Absent.text(kubernetesCluster);
  }

  /** The keys, from whichever form was sent. */
  public UserKeys keys() {
    return UserKeys.choose(publicKey, sshPubKey, tlsPubKey);
  }
}

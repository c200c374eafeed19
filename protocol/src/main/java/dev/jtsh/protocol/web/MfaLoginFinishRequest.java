// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /webapi/mfa/login/finish}; answered by {@link SshLoginResponse}.
 *
 * @param user who logs in
 * @param password password
 * @param webauthnChallengeResponse the signed challenge; null if a code is given
 * @param totpCode one-time code, or empty
 * @param pubKey one key for both certificates, an authorized_keys line; older servers
 * @param sshPubKey authorized_keys line
 * @param tlsPubKey PEM
 * @param ttl wanted length of the certificates; zero for the longest allowed
 * @param compatibility SSH certificate format, empty for the standard one
 * @param routeToCluster Teleport cluster, empty for the root
 * @param kubernetesCluster kube cluster written into the certificate, empty for the default
 */
public record MfaLoginFinishRequest(
    String user,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Password password,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable WebauthnAssertionJson webauthnChallengeResponse,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String totpCode,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString pubKey,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString sshPubKey,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString tlsPubKey,
    Duration ttl,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String compatibility,
    @JsonProperty("RouteToCluster") String routeToCluster,
    @JsonProperty("KubernetesCluster") String kubernetesCluster) {
  /** Absent keys become empty values. */
  public MfaLoginFinishRequest {
    user = Absent.text(user);
    password = Absent.password(password);
    totpCode = Absent.text(totpCode);
    pubKey = Absent.bytes(pubKey);
    sshPubKey = Absent.bytes(sshPubKey);
    tlsPubKey = Absent.bytes(tlsPubKey);
    ttl = Absent.duration(ttl);
    compatibility = Absent.text(compatibility);
    routeToCluster = Absent.text(routeToCluster);
    kubernetesCluster = Absent.text(kubernetesCluster);
  }

  /** The keys, from whichever form was sent. */
  public UserKeys keys() {
    return UserKeys.choose(pubKey, sshPubKey, tlsPubKey);
  }
}

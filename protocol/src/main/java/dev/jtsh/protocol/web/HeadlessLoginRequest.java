// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /webapi/headless/login} (servers from 17 on) and, with {@code pubKey}, of the
 * older {@code POST /webapi/ssh/certs}.
 *
 * @param user who shall approve
 * @param headlessId the id that comes out of the SSH key
 * @param pubKey one key for both certificates, an authorized_keys line; older servers
 * @param sshPubKey authorized_keys line
 * @param tlsPubKey PEM
 * @param ttl wanted length of the certificates; servers force one minute
 * @param compatibility SSH certificate format, empty for the standard one
 * @param routeToCluster Teleport cluster, empty for the root
 * @param kubernetesCluster kube cluster written into the certificate, empty for the default
 * @param jtsh our facts; null when a plain Teleport client asks
 */
public record HeadlessLoginRequest(
    String user,
    String headlessId,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString pubKey,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString sshPubKey,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString tlsPubKey,
    Duration ttl,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String compatibility,
    @JsonProperty("RouteToCluster") String routeToCluster,
    @JsonProperty("KubernetesCluster") String kubernetesCluster,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable HeadlessFactsJson jtsh) {
  /** Absent keys become empty values. */
  public HeadlessLoginRequest {
    user = Absent.text(user);
    headlessId = Absent.text(headlessId);
    pubKey = Absent.bytes(pubKey);
    sshPubKey = Absent.bytes(sshPubKey);
    tlsPubKey = Absent.bytes(tlsPubKey);
    ttl = Absent.duration(ttl);
    compatibility = Absent.text(compatibility);
    routeToCluster = Absent.text(routeToCluster);
    kubernetesCluster = Absent.text(kubernetesCluster);
  }

  /** The form for servers up to 16: one key for both certificates, no facts. */
  public static HeadlessLoginRequest withOneKey(
      String user, String headlessId, ByteString authorizedKey, Duration ttl, String kubeCluster) {
    return new HeadlessLoginRequest(
        user,
        headlessId,
        authorizedKey,
        ByteString.EMPTY,
        ByteString.EMPTY,
        ttl,
        "",
        "",
        kubeCluster,
        null);
  }

  /** The form for servers from 17 on, and for ours. */
  public static HeadlessLoginRequest withTwoKeys(
      String user,
      String headlessId,
      ByteString sshAuthorizedKey,
      ByteString tlsPem,
      Duration ttl,
      String kubeCluster,
      @Nullable HeadlessFactsJson facts) {
    return new HeadlessLoginRequest(
        user,
        headlessId,
        ByteString.EMPTY,
        sshAuthorizedKey,
        tlsPem,
        ttl,
        "",
        "",
        kubeCluster,
        facts);
  }

  /** The keys, from whichever form was sent. */
  public UserKeys keys() {
    return UserKeys.choose(pubKey, sshPubKey, tlsPubKey);
  }
}

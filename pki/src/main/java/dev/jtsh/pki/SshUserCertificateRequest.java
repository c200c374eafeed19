// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an OpenSSH user certificate shall say (wire reference §4.2).
 *
 * @param key the user's public key
 * @param keyId the user's name
 * @param principals logins; not empty, for an empty list would allow all
 * @param validAfter start, whole seconds
 * @param validBefore end, whole seconds
 * @param criticalOptions options a server must understand, like {@code source-address}
 * @param extensions names and values; an empty value means none
 */
public record SshUserCertificateRequest(
    PublicKey key,
    String keyId,
    List<String> principals,
    Instant validAfter,
    Instant validBefore,
    SortedMap<String, String> criticalOptions,
    SortedMap<String, String> extensions) {

  /**
   * Copies and checks.
   *
   * @throws PkiException if there is no principal or the end is not after the start
   */
  public SshUserCertificateRequest {
    if (principals.isEmpty()) {
      throw new PkiException("an SSH certificate without principals would allow all of them");
    }
    if (!validAfter.isBefore(validBefore)) {
      throw new PkiException("the certificate would end before it starts");
    }
    principals = List.copyOf(principals);
    criticalOptions = Collections.unmodifiableSortedMap(new TreeMap<>(criticalOptions));
    extensions = Collections.unmodifiableSortedMap(new TreeMap<>(extensions));
  }

  /**
   * The request that fits a user's TLS certificate: the same name, principals, roles, traits, MFA
   * device and addresses, and {@code permit-pty}, {@code permit-port-forwarding}.
   */
  public static SshUserCertificateRequest of(
      UserIdentity identity, PublicKey key, Instant validAfter, Instant validBefore) {
    SortedMap<String, String> extensions = new TreeMap<>();
    extensions.put("permit-pty", "");
    extensions.put("permit-port-forwarding", "");
    StringBuilder roles = new StringBuilder("{\"version\":\"v1\",\"roles\":");
    Traits.list(roles, identity.roles());
    extensions.put("teleport-roles", roles.append('}').toString());
    extensions.put("teleport-traits", identity.traits().toJson());
    putIfSet(extensions, "teleport-route-to-cluster", identity.routeToCluster());
    Map.of(
            "mfa-verified", SubjectAttribute.MFA_VERIFIED,
            "login-ip", SubjectAttribute.LOGIN_IP,
            "private-key-policy", SubjectAttribute.PRIVATE_KEY_POLICY,
            "prev-identity-expires", SubjectAttribute.PREVIOUS_IDENTITY_EXPIRES,
            "impersonator", SubjectAttribute.IMPERSONATOR,
            "teleport-device-id", SubjectAttribute.DEVICE_ID,
            "teleport-device-asset-tag", SubjectAttribute.DEVICE_ASSET_TAG,
            "teleport-device-credential-id", SubjectAttribute.DEVICE_CREDENTIAL_ID)
        .forEach((name, attribute) ->
            putIfSet(extensions, name, identity.attribute(attribute).orElse("")));
    if (identity.disallowReissue()) {
      extensions.put("disallow-reissue", "");
    }
    SortedMap<String, String> options = new TreeMap<>();
    identity
        .pinnedIp()
        .ifPresent(ip -> options.put("source-address", ip + (ip.contains(":") ? "/128" : "/32")));
    return new SshUserCertificateRequest(
        key,
        identity.username(),
        identity.principals(),
        validAfter,
        validBefore,
        options,
        extensions);
  }

  private static void putIfSet(SortedMap<String, String> map, String name, String value) {
    if (!value.isEmpty()) {
      map.put(name, value);
    }
  }
}

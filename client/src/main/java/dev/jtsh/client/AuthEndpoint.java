// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;

/**
 * Where the auth server of a cluster is reached, and as whom.
 *
 * @param proxy the proxy whose web port passes the connection on
 * @param cluster the Teleport cluster's name
 * @param identity the user's certificate and key
 * @param hostAuthorities what the auth server's certificate must chain to: the cluster's host CA
 * @param version decides the form of requests
 */
public record AuthEndpoint(
    ProxyAddress proxy,
    String cluster,
    TlsIdentity identity,
    TrustAnchors hostAuthorities,
    ServerVersion version) {}

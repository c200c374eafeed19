// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.net.CallerAddresses;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import io.netty.channel.local.LocalAddress;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * What the proxy works with.
 *
 * @param host the proxy's own host certificate (role Proxy), shown to kube clients and agents;
 *     asked at each connection
 * @param userAnchors the user CA: whose certificates users present
 * @param hostAnchors the host CA: whose certificates agents present
 * @param webCertificate what the web port shows
 * @param web answers web requests
 * @param auth where auth listens in this process
 * @param callers told who is behind each connection to auth
 * @param access roles and locks
 * @param audit gets what must be remembered
 * @param clock for the ends of certificates and what the web says the time is
 */
public record ProxyParts(
    Supplier<TlsIdentity> host,
    TrustAnchors userAnchors,
    TrustAnchors hostAnchors,
    WebCertificate webCertificate,
    WebApplication web,
    LocalAddress auth,
    CallerAddresses callers,
    AccessView access,
    AuditLog audit,
    InstantSource clock) {}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * What a kube agent works with.
 *
 * @param host the agent's host certificate (role Kube), asked at each dialling
 * @param hostAnchors the host CA: whose proxy is believed to be one
 * @param userAnchors the user CA: whose certificates are users
 * @param access roles and kube clusters
 * @param audit gets an event per request
 * @param clock for the ends of certificates
 * @param random for pauses between dialling
 */
public record KubeAgentParts(
    Supplier<TlsIdentity> host,
    TrustAnchors hostAnchors,
    TrustAnchors userAnchors,
    AccessView access,
    AuditLog audit,
    InstantSource clock,
    SecureRandom random) {}

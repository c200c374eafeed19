// SPDX-License-Identifier: Apache-2.0
/**
 * The one TLS port of the cluster: looks at the ClientHello and hands the connection to the kube
 * front, to auth (raw bytes), to the agent tunnel or to the web API, each with its own TLS context.
 *
 * <p>Trusts nothing a client says before its service has checked it. It keeps no secret but its own
 * host key and the web key, and cannot make a user's identity: agents take that from the user's
 * certificate, which the proxy only passes on.
 */
@NullMarked
package dev.jtsh.cluster.proxy;

import org.jspecify.annotations.NullMarked;

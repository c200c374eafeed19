// SPDX-License-Identifier: Apache-2.0
/**
 * Between proxy and kube agents: the agent dials the proxy with its host certificate, then the
 * roles turn round and the proxy asks over HTTP/2. The proxy believes the agent's certificate about
 * which kube clusters it may serve, and nothing else (security rule 9); the agent believes the
 * user's certificate, never the proxy, about who asks (rule 8).
 */
@NullMarked
package dev.jtsh.cluster.tunnel;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * A kube agent on a host of its own: joins once with a token, keeps its identity in its data
 * directory, renews it, and serves Kubernetes clusters through tunnels that it dials. It opens no
 * port. It believes auth about roles and locks, for a bounded time; users' certificates about
 * users; and nobody about who it is itself.
 */
@NullMarked
package dev.jtsh.cluster.agent;

import org.jspecify.annotations.NullMarked;

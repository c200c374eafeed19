// SPDX-License-Identifier: Apache-2.0
/**
 * What a role allows and which Kubernetes clusters there are: the values that auth, proxy and agent
 * share. Nothing here decides about a request's path or verb; that is the agent's.
 */
@NullMarked
package dev.jtsh.cluster.access;

import org.jspecify.annotations.NullMarked;

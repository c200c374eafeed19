// SPDX-License-Identifier: Apache-2.0
/**
 * Network facts shared by the rooms of the cluster process. Holds {@link
 * dev.jtsh.cluster.net.CallerAddresses}: who is really at the other end of an in-process
 * connection, so that auth records and pins the caller's address and not its own.
 */
@NullMarked
package dev.jtsh.cluster.net;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * The operator's way into a running cluster: a Unix socket in the data directory.
 *
 * <p>Whoever may write to the socket is the operator: no password is asked. It is trusted because
 * only the owner of the data directory (0700) and of the socket (0600) reaches it, and the kernel
 * says who is at the other end. One JSON line is the request, one JSON line the answer, both
 * bounded; a connection carries one of each.
 */
@NullMarked
package dev.jtsh.cluster.admin;

import org.jspecify.annotations.NullMarked;

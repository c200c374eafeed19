// SPDX-License-Identifier: Apache-2.0
/**
 * How another terminal of the same user joins a running session: a socket in the user's runtime
 * directory, and what is said over it.
 *
 * <p>It trusts nothing but the kernel's word on who is at the other end (SO_PEERCRED), asked on
 * both ends, and a directory that is looked at before it is used. A socket is a name in a
 * directory, no file with content: the kubeconfig passes from memory to memory. Whoever is the same
 * user may join; that user can read the session's kubeconfig anyway.
 */
@NullMarked
package dev.jtsh.launcher.join;

import org.jspecify.annotations.NullMarked;

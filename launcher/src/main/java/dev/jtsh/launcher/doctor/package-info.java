// SPDX-License-Identifier: Apache-2.0
/**
 * {@code jtsh doctor}: looks at this machine, the way to the cluster and the session around it, and
 * says for each promise whether it holds here, what it means if not, and what to do.
 *
 * <p>One small class for each check. A check reads files below {@link
 * dev.jtsh.launcher.doctor.Machine#path}, the environment, and what the process says of itself; it
 * changes nothing and never reads the kubeconfig, which holds a key.
 *
 * <p>Its limit: it sees what this user may see, from inside. A hostile process of the same user, or
 * root, can fool it. The proof of the promises is the test ring that searches real memory.
 */
@NullMarked
package dev.jtsh.launcher.doctor;

import org.jspecify.annotations.NullMarked;

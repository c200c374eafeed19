// SPDX-License-Identifier: Apache-2.0
/** Small pieces of channels that the client and the cluster both need, beside TLS itself. */
@NullMarked
package dev.jtsh.pki.channel;

import org.jspecify.annotations.NullMarked;

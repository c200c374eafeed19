// SPDX-License-Identifier: Apache-2.0
/** Peers and authorities for tests of the proxy and the kube agent. */
@NullMarked
package dev.jtsh.cluster.testing;

import org.jspecify.annotations.NullMarked;

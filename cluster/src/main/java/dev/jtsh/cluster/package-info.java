// SPDX-License-Identifier: Apache-2.0
/** jtsh-cluster: auth, proxy and Kubernetes agent. */
@NullMarked
package dev.jtsh.cluster;

import org.jspecify.annotations.NullMarked;

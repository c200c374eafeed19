// SPDX-License-Identifier: Apache-2.0
/** Kubernetes' own wire forms: error bodies, cluster names and what a request asks for. */
@NullMarked
package dev.jtsh.protocol.kube;

import org.jspecify.annotations.NullMarked;

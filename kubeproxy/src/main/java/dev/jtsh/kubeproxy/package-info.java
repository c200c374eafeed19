// SPDX-License-Identifier: Apache-2.0
/** The local kube proxy and the kubeconfig it serves. */
@NullMarked
package dev.jtsh.kubeproxy;

import org.jspecify.annotations.NullMarked;

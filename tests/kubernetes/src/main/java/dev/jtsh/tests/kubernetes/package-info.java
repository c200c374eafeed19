// SPDX-License-Identifier: Apache-2.0
/** A real Kubernetes control plane for tests. */
@NullMarked
package dev.jtsh.tests.kubernetes;

import org.jspecify.annotations.NullMarked;

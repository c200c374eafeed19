// SPDX-License-Identifier: Apache-2.0
/** Other people's Kubernetes clients, with certificate checks on, through the local proxy. */
@NullMarked
package dev.jtsh.tests.clients;

import org.jspecify.annotations.NullMarked;

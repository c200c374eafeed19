// SPDX-License-Identifier: Apache-2.0
/** The demo of {@code ./dev demo}: a cluster, a user and a headless session on this machine. */
@NullMarked
package dev.jtsh.tests.support.demo;

import org.jspecify.annotations.NullMarked;

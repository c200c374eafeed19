// SPDX-License-Identifier: Apache-2.0
/**
 * The command line of {@code jtsh-cluster}. {@code start} runs a cluster; every other command asks
 * a running one over its socket. Data goes to standard output, talk to standard error.
 */
@NullMarked
package dev.jtsh.cluster.command;

import org.jspecify.annotations.NullMarked;

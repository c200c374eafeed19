// SPDX-License-Identifier: Apache-2.0
/**
 * The JSON web API: reads requests that the proxy hands over, asks auth, writes answers. Knows no
 * sockets. What it says about a failed login is always the same.
 */
@NullMarked
package dev.jtsh.cluster.web;

import org.jspecify.annotations.NullMarked;

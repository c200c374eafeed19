// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP as both hops of the cluster speak it: strict reading, one streamed exchange between a
 * caller's channel and an upstream channel with back-pressure both ways, and upgrades that become a
 * pipe only after the upstream's own 101 (security rules 4, 5 and 29).
 *
 * <p>Every channel here has {@code AUTO_READ} off. Inside, HTTP/1.1 and HTTP/2 look alike: Netty's
 * HTTP objects, and a message without a body is always a {@code Full...} one.
 */
@NullMarked
package dev.jtsh.cluster.http;

import org.jspecify.annotations.NullMarked;

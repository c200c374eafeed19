// SPDX-License-Identifier: Apache-2.0
/**
 * The local kube proxy beside other reverse proxies, each with client certificates on both sides in
 * front of the same upstream.
 */
@NullMarked
package dev.jtsh.bench.proxy;

import org.jspecify.annotations.NullMarked;

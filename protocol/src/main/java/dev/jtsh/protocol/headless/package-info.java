// SPDX-License-Identifier: Apache-2.0
/** What a headless request asks for, and the digest that ties an approval to it. */
@NullMarked
package dev.jtsh.protocol.headless;

import org.jspecify.annotations.NullMarked;

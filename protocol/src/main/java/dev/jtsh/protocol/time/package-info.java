// SPDX-License-Identifier: Apache-2.0
/** Durations as Go writes them. */
@NullMarked
package dev.jtsh.protocol.time;

import org.jspecify.annotations.NullMarked;

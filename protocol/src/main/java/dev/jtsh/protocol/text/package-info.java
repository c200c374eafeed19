// SPDX-License-Identifier: Apache-2.0
/** Text from outside, made fit for a terminal. */
@NullMarked
package dev.jtsh.protocol.text;

import org.jspecify.annotations.NullMarked;

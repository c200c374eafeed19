// SPDX-License-Identifier: Apache-2.0
/** Errors as both protocols know them, and whose fault each one is. */
@NullMarked
package dev.jtsh.protocol.error;

import org.jspecify.annotations.NullMarked;

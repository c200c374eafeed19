// SPDX-License-Identifier: Apache-2.0
/** What goes over the wire. No input or output of its own. */
@NullMarked
package dev.jtsh.protocol;

import org.jspecify.annotations.NullMarked;

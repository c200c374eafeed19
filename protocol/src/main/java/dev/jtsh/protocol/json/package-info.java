// SPDX-License-Identifier: Apache-2.0
/** One configured JSON mapper with bounds, for everything that comes over the wire. */
@NullMarked
package dev.jtsh.protocol.json;

import org.jspecify.annotations.NullMarked;

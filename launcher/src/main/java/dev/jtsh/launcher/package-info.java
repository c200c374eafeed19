// SPDX-License-Identifier: Apache-2.0
/** The jtsh program. */
@NullMarked
package dev.jtsh.launcher;

import org.jspecify.annotations.NullMarked;

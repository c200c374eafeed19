// SPDX-License-Identifier: Apache-2.0
/** The operating system through the foreign function interface. */
@NullMarked
package dev.jtsh.nativebindings;

import org.jspecify.annotations.NullMarked;

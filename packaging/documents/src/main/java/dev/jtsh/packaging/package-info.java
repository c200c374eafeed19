// SPDX-License-Identifier: Apache-2.0
/** Man pages and completions, made from the commands themselves so that they cannot differ. */
@NullMarked
package dev.jtsh.packaging;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** How long short commands take, beside kubectl. */
@NullMarked
package dev.jtsh.bench.startup;

import org.jspecify.annotations.NullMarked;

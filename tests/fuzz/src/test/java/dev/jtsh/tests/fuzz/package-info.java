// SPDX-License-Identifier: Apache-2.0
/** Bounded fuzzing of every parser that meets bytes from outside. */
@NullMarked
package dev.jtsh.tests.fuzz;

import org.jspecify.annotations.NullMarked;

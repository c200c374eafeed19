// SPDX-License-Identifier: Apache-2.0
/**
 * The ring {@code leaks}: runs the built programs as an ordinary user and looks for their keys and
 * passwords as root would, in memory, cores, heap dumps, swap, files, arguments and environments. A
 * secret counts as found when 8 bytes of it in a row stand somewhere, in any of its usual forms.
 */
@NullMarked
package dev.jtsh.tests.leaks;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** The packages as their users meet them: installed in a box that has no Java, used over ssh. */
@NullMarked
package dev.jtsh.tests.packages;

import org.jspecify.annotations.NullMarked;

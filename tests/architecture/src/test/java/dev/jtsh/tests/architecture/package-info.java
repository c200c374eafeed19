// SPDX-License-Identifier: Apache-2.0
/** The arrows between the modules and the tidiness of the tree, held by tests. */
@NullMarked
package dev.jtsh.tests.architecture;

import org.jspecify.annotations.NullMarked;

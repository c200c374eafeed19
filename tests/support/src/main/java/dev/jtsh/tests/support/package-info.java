// SPDX-License-Identifier: Apache-2.0
/** Programs and drivers for tests and the demo. */
@NullMarked
package dev.jtsh.tests.support;

import org.jspecify.annotations.NullMarked;

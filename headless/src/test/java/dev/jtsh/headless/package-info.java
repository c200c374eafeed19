// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.jtsh.headless;

import org.jspecify.annotations.NullMarked;

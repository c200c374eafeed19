// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.jtsh.packaging;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.jtsh.client;

import org.jspecify.annotations.NullMarked;

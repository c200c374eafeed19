// SPDX-License-Identifier: Apache-2.0
/** One headless session, from the request to its end, and the approver's side. */
@NullMarked
package dev.jtsh.headless;

import org.jspecify.annotations.NullMarked;

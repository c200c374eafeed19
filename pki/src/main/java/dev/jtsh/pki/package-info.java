// SPDX-License-Identifier: Apache-2.0
/** Keys, certificates and the identity in their subject. */
@NullMarked
package dev.jtsh.pki;

import org.jspecify.annotations.NullMarked;

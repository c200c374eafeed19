// SPDX-License-Identifier: Apache-2.0
/**
 * TLS with keys that cannot be read. Verification is always on; sessions are never resumed, so what
 * was proved to one service is not believed by another (security rule 20).
 */
@NullMarked
package dev.jtsh.pki.tls;

import org.jspecify.annotations.NullMarked;

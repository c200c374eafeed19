// SPDX-License-Identifier: Apache-2.0
/** Names by which the one TLS port tells its services apart. */
@NullMarked
package dev.jtsh.protocol.net;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * The JSON bodies of the web API, one record each. Absent text is empty, absent bytes are empty.
 */
@NullMarked
package dev.jtsh.protocol.web;

import org.jspecify.annotations.NullMarked;

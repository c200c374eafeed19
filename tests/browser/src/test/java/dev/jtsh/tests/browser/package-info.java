// SPDX-License-Identifier: Apache-2.0
/**
 * The approval page in Chromium, with a virtual security key and the true programs. Chromium trusts
 * the test cluster's authority by its own store; verification is never off.
 */
@NullMarked
package dev.jtsh.tests.browser;

import org.jspecify.annotations.NullMarked;

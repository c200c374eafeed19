// SPDX-License-Identifier: Apache-2.0
/**
 * Keys that stay out of the Java heap, certificates with the identity in the subject, OpenSSH
 * formats, the headless id. Trusts the operating system's random numbers and libcrypto; parses what
 * comes from outside with bounds and refuses what it does not understand.
 */
@NullMarked
package dev.jtsh.pki;

import org.jspecify.annotations.NullMarked;

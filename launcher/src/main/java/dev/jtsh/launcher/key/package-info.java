// SPDX-License-Identifier: Apache-2.0
/**
 * Hardware security keys by the system's libfido2: which of the plugged ones, its PIN, the touch.
 * The PIN goes from the terminal into the secret arena and from there to libfido2, which hashes it.
 * Nothing native is loaded before a key is asked to sign. libfido2 is foreign code in the address
 * space from then on, also in a process that holds a login's key.
 */
@NullMarked
package dev.jtsh.launcher.key;

import org.jspecify.annotations.NullMarked;

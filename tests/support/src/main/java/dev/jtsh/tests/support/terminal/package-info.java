// SPDX-License-Identifier: Apache-2.0

/**
 * Programs on a real terminal, driven from a test: tmux makes the pseudo-terminal, types and shows
 * the screen.
 *
 * <p>What is on the screen is what a person would see; what came before is in the transcript, byte
 * by byte. Waiting is always for something that can be seen, with a bound.
 */
@NullMarked
package dev.jtsh.tests.support.terminal;

import org.jspecify.annotations.NullMarked;

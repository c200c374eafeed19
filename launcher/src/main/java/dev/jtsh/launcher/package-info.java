// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code jtsh} program: commands, the terminal and the shell of a session.
 *
 * <p>{@link dev.jtsh.launcher.Main} wires the other modules by hand and takes the outside world
 * ({@link dev.jtsh.launcher.Outside}) as a parameter, so tests run the true program. Text from a
 * server or another user reaches the terminal only through {@link dev.jtsh.launcher.Console}.
 */
@NullMarked
package dev.jtsh.launcher;

import org.jspecify.annotations.NullMarked;

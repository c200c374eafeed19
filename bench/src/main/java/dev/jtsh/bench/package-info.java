// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks: side-by-side runs against other programs that do the same work. A benchmark measures
 * all its targets in turn, round by round, so that what the machine does meanwhile hits all alike;
 * results are ratios of medians of one run. Started by {@code ./dev bench NAME}.
 */
@NullMarked
package dev.jtsh.bench;

import org.jspecify.annotations.NullMarked;

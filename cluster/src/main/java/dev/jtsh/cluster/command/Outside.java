// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The world as the program sees it; tests give another.
 *
 * @param clock what time it is
 * @param random where keys and tokens come from
 * @param environment variables
 * @param out data
 * @param err talk
 * @param stop completes when a running cluster shall end
 */
public record Outside(
    InstantSource clock,
    SecureRandom random,
    Map<String, String> environment,
    PrintWriter out,
    PrintWriter err,
    CompletionStage<?> stop) {}

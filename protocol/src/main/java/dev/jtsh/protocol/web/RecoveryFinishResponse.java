// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The end of a recovery.
 *
 * @param message {@code ok}
 * @param approvesFrom when the key may first approve a headless session; null for at once
 * @param codesLeft how many codes are unused
 */
public record RecoveryFinishResponse(
    String message,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant approvesFrom,
    int codesLeft) {}

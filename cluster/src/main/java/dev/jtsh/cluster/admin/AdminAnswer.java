// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.protocol.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an {@link AdminRequest}: a result or an error.
 *
 * @param result what was asked for
 * @param errorKind class of the error
 * @param error what the operator reads
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AdminAnswer(
    @Nullable JsonNode result, @Nullable ErrorKind errorKind, @Nullable String error) {}

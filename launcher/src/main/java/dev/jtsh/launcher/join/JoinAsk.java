// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What who joins wants.
 *
 * @param kubeconfig the session's kubeconfig
 * @param root that root's connections are let in for as long as this connection lasts
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record JoinAsk(
    @JsonProperty("kubeconfig") boolean kubeconfig, @JsonProperty("root") boolean root) {}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.nativebindings.SecretMemoryState;
import java.util.Map;

/**
 * What a running session says about itself to {@code jtsh doctor}: what only the process can know.
 * Holds nothing secret.
 *
 * @param arena memory for passwords, tokens and certificates
 * @param keys memory for private keys
 * @param process what the kernel told the process about itself
 * @param kubeconfigLocked whether the kubeconfig's bytes are kept out of swap
 * @param port what happened at the local port
 */
public record SessionSelf(
    @JsonProperty("arena") SecretMemoryState arena,
    @JsonProperty("keys") SecretMemoryState keys,
    @JsonProperty("process") ProcessState process,
    @JsonProperty("kubeconfig_locked") boolean kubeconfigLocked,
    @JsonProperty("port") Port port) {

  /**
   * The local port.
   *
   * @param ownersChecked whether the kernel says whose a connection is
   * @param connections open now
   * @param handshakes of those, not proven yet
   * @param refused closed before a byte was read, by the reason
   */
  public record Port(
      @JsonProperty("owners_checked") boolean ownersChecked,
      @JsonProperty("connections") int connections,
      @JsonProperty("handshakes") int handshakes,
      @JsonProperty("refused") Map<String, Long> refused) {
    /** Copies. */
    public Port {
      refused = refused == null ? Map.of() : Map.copyOf(refused);
    }
  }
}

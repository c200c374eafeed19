// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.RouteProbe;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;

/** The way to the cluster's proxy, asked once and only when a proxy is known. */
public interface ClusterReach {
  /**
   * Asks the proxy for its settings, as a login does; its clock is compared with ours.
   *
   * @throws ClientException as a login would, with words for people
   */
  Discovery discover() throws ClientException;

  /** Tries whether protocol names reach the proxy that answered. */
  RouteProbe.Route route(Discovery discovery);

  /**
   * Has the cluster prove that it is of the pinned host authority, as before a session.
   *
   * @return where the pins come from; empty when there are none
   * @throws ClientException as a session would, with words for people
   */
  Optional<SafeText> provePins(Discovery discovery) throws ClientException;
}

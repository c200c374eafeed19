// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.launcher.join.JoinOffer;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The variables that tell programs and prompts which session they are in; nothing secret. */
final class SessionMarkers {
  private SessionMarkers() {}

  /** In the order in which they are printed. */
  static Map<String, String> of(String session, String kubeCluster, Instant end) {
    return of(session, kubeCluster, end.toString());
  }

  /** Of a session that is joined. */
  static Map<String, String> of(JoinOffer offer) {
    return of(offer.session(), offer.kubeCluster(), offer.expires());
  }

  private static Map<String, String> of(String session, String kubeCluster, String expires) {
    Map<String, String> markers = new LinkedHashMap<>();
    markers.put("TELEPORT_KUBE_LOCAL_PROXY", "true");
    markers.put("JTSH_SESSION", session);
    markers.put("JTSH_CLUSTER", kubeCluster);
    markers.put("JTSH_EXPIRES", expires);
    return Collections.unmodifiableMap(markers);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import dev.jtsh.protocol.grpc.session.HeadlessSession;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.WireTime;
import java.time.Instant;
import java.util.List;

/**
 * A live session of the visitor as the page shows it; text that others wrote is safe.
 *
 * @param id of the request it came from
 * @param host claimed host name
 * @param osUser claimed user there
 * @param address where it was asked for
 * @param kubeClusters what it opens
 * @param approvedAt since when
 * @param expires until when
 */
record PageSession(
    String id,
    String host,
    String osUser,
    String address,
    List<String> kubeClusters,
    Instant approvedAt,
    Instant expires) {

  static PageSession of(HeadlessSession session) {
    return new PageSession(
        session.getId(),
        SafeText.ofHostName(session.getHost()).toString(),
        SafeText.of(session.getOsUser()).toString(),
        SafeText.of(session.getAddress()).toString(),
        session.getKubeClustersList().stream().map(name -> SafeText.of(name).toString()).toList(),
        WireTime.instant(session.getApprovedAt()),
        WireTime.instant(session.getExpires()));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.Lock;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.session.HeadlessSession;
import dev.jtsh.protocol.web.WireTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A user's own live headless sessions. Ending one locks its request until the session's time would
 * be over: every hop refuses its certificates from then on, and says why.
 */
public final class OwnSessions {
  private static final String ENDED = "its user ended the session";

  private final Continuations continuations;
  private final Locks locks;

  OwnSessions(Continuations continuations, Locks locks) {
    this.continuations = continuations;
    this.locks = locks;
  }

  /** Those that are live, the newest last. */
  public List<HeadlessSession> list(String user) {
    return live(user).map(OwnSessions::shown).toList();
  }

  /**
   * Ends one.
   *
   * @throws WireException of kind NOT_FOUND when the user has no such live session
   */
  public void end(String user, String id) {
    Continuations.Session session =
        live(user)
            .filter(live -> live.requestId().equals(id))
            .findFirst()
            .orElseThrow(() -> new WireException(ErrorKind.NOT_FOUND, "no such live session"));
    locks.put(Lock.Kind.HEADLESS_REQUEST, session.requestId(), ENDED, session.notAfter());
  }

  private Stream<Continuations.Session> live(String user) {
    Set<String> ended =
        locks.list().stream()
            .filter(lock -> lock.kind() == Lock.Kind.HEADLESS_REQUEST)
            .map(Lock::name)
            .collect(Collectors.toSet());
    return continuations.live(user).stream()
        .filter(session -> !ended.contains(session.requestId()))
        .sorted(Comparator.comparing(Continuations.Session::approvedAt));
  }

  private static HeadlessSession shown(Continuations.Session session) {
    return HeadlessSession.newBuilder()
        .setId(session.requestId())
        .setHost(Optional.ofNullable(session.host()).orElse(""))
        .setOsUser(Optional.ofNullable(session.osUser()).orElse(""))
        .setAddress(Optional.ofNullable(session.address()).orElse(""))
        .addAllKubeClusters(session.kubeClusters())
        .setNamespace(session.namespace())
        .setApprovedAt(WireTime.timestamp(session.approvedAt()))
        .setExpires(WireTime.timestamp(session.notAfter()))
        .build();
  }
}

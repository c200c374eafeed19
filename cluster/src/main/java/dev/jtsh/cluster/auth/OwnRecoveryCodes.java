// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * New recovery codes for a user who is logged in and whose key agrees. A key that waits after a
 * recovery gives none: it would keep the owner's codes from working before the owner knows
 * (security rule 22). Blocks.
 */
final class OwnRecoveryCodes {
  private final boolean offered;
  private final Users users;
  private final Webauthn webauthn;
  private final RecoveryCodes codes;
  private final AuditLog audit;
  private final InstantSource clock;

  OwnRecoveryCodes(
      AccountSettings settings,
      Users users,
      Webauthn webauthn,
      RecoveryCodes codes,
      AuditLog audit,
      InstantSource clock) {
    this.offered = settings.recoveryCodes();
    this.users = users;
    this.webauthn = webauthn;
    this.codes = codes;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Puts new codes in the place of the old.
   *
   * @param session of who asks; the challenge was made in the same
   * @param existing a registered key's answer
   * @return the codes, to be shown once
   * @throws WireException of kind ACCESS_DENIED when the answer does not hold or its key waits yet,
   *     BAD_PARAMETER for users whom codes would not help
   */
  List<String> renew(
      String user,
      String session,
      Optional<WebauthnAssertionJson> existing,
      InetSocketAddress remote) {
    if (!offered) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "this cluster has no recovery codes");
    }
    MfaDevice key =
        existing
            .flatMap(answer ->
                webauthn.verify(
                    answer, Challenges.Purpose.of(user, session, Challenges.Scope.MANAGE_DEVICES)))
            .orElseThrow(() ->
                new WireException(
                    ErrorKind.ACCESS_DENIED, "a key that is registered already must sign this"));
    Instant from = key.approvesFrom();
    if (from != null && clock.instant().isBefore(from)) {
      throw new WireException(
          ErrorKind.ACCESS_DENIED, "this key is new: it makes no recovery codes before " + from);
    }
    RecoveryCodes.Made made = codes.make();
    var taken = new AtomicBoolean();
    users.update(
        user,
        u -> {
          // A code stands for one half; who has one half only would have it stand for all.
          taken.set(!u.isSso() && !u.passwordHash().isEmpty());
          return taken.get() ? u.withRecoveryCodes(made.hashes()) : u;
        });
    if (!taken.get()) {
      throw new WireException(
          ErrorKind.BAD_PARAMETER,
          "recovery codes are for users with a password of this cluster and a key: ask your"
              + " administrators for a new invite when the key is lost");
    }
    audit.emit(
        AuditEvent.of(AuditEvent.Type.RECOVERY_CODES_CREATED)
            .with("user", user)
            .with("addr.remote", Addresses.ipAndPort(remote))
            .build());
    return made.codes();
  }
}

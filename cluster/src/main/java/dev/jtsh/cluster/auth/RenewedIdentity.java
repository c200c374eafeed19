// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.TlsIdentity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A host certificate of this process, made anew with a new key when half of its life is over,
 * whenever somebody asks for it: no restart is needed, and none would help a key that leaked.
 */
public final class RenewedIdentity implements Supplier<TlsIdentity>, AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(RenewedIdentity.class);

  private final Supplier<TlsIdentity> issue;
  private final InstantSource clock;
  private TlsIdentity current;
  private Instant renewAt;
  private @Nullable HeldKey previous; // Handshakes that began before may still use it.

  RenewedIdentity(Supplier<TlsIdentity> issue, InstantSource clock) {
    this.issue = issue;
    this.clock = clock;
    this.current = issue.get();
    this.renewAt = halfOf(current);
  }

  private static Instant halfOf(TlsIdentity identity) {
    Instant begin = identity.leaf().getNotBefore().toInstant();
    return begin.plus(
        Duration.between(begin, identity.leaf().getNotAfter().toInstant()).dividedBy(2));
  }

  /** The identity to present now. */
  @Override
  public synchronized TlsIdentity get() {
    if (clock.instant().isBefore(renewAt)) {
      return current;
    }
    try {
      TlsIdentity next = issue.get();
      if (previous != null) {
        previous.close();
      }
      previous = current.key();
      current = next;
      renewAt = halfOf(next);
      logger.info("a host certificate was renewed, until {}", next.leaf().getNotAfter());
    } catch (PkiException e) {
      // The old one is good for as long again; the next connection tries once more.
      logger.warn("a host certificate could not be renewed", e);
    }
    return current;
  }

  /** Forgets the keys. */
  @Override
  public synchronized void close() {
    if (previous != null) {
      previous.close();
    }
    current.key().close();
  }
}

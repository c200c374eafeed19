// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.pki.Fingerprint;
import dev.jtsh.protocol.json.WireJson;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** The live grants. */
final class Grants {
  private static final String PREFIX = "grants/";

  private final Backend backend;
  private final InstantSource clock;

  Grants(Backend backend, InstantSource clock) {
    this.backend = backend;
    this.clock = clock;
  }

  /** Keeps a grant until its end; it is made once for a request. */
  void create(Grant grant) {
    if (backend
        .create(PREFIX + grant.requestId(), WireJson.write(grant), grant.notAfter())
        .isEmpty()) {
      throw new IllegalStateException("a grant of this request exists already");
    }
  }

  /** The live grant that this caller's login certificate came from. */
  Optional<Grant> of(Caller.User caller) {
    Instant now = clock.instant();
    String fingerprint = Fingerprint.sha256(caller.certificate().getPublicKey());
    return caller
        .identity()
        .headlessRequestId()
        .flatMap(id -> Stored.get(backend, PREFIX + id, Grant.class))
        .map(Stored::value)
        .filter(g -> g.user().equals(caller.identity().username()))
        .filter(g -> g.keyFingerprint().equals(fingerprint))
        .filter(g -> now.isBefore(g.notAfter()));
  }

  /** Ends a grant before its time. */
  void revoke(String requestId) {
    backend.delete(PREFIX + requestId);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditSink;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.cluster.storage.StorageException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Keeps audit events in the storage for ninety days, in the order of their time. */
public final class BackendAuditSink implements AuditSink {
  private static final Duration LIFE = Duration.ofDays(90);
  private final Backend backend;

  /** Writes to this storage, which it does not close. */
  public BackendAuditSink(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void append(Instant time, String uid, byte[] json) throws IOException {
    try {
      backend.put("audit/" + time + "/" + uid, json, time.plus(LIFE));
    } catch (StorageException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}

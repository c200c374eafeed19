// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.audit;

import java.io.IOException;
import java.time.Instant;

/** Where audit lines go. Called by one thread at a time; may block. */
public interface AuditSink extends AutoCloseable {

  /**
   * Keeps one event.
   *
   * @param time the event's time
   * @param uid the event's unique id
   * @param json one JSON object in UTF-8, no line end
   * @throws IOException when it could not be kept; the log reports it and goes on
   */
  void append(Instant time, String uid, byte[] json) throws IOException;

  @Override
  default void close() throws IOException {}
}

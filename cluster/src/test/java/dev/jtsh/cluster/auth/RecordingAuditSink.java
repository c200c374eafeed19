// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditSink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers every audit line. */
final class RecordingAuditSink implements AuditSink {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  @Override
  public void append(Instant time, String uid, byte[] json) {
    lines.add(new String(json, StandardCharsets.UTF_8));
  }

  /** Lines with this event code. */
  List<String> withCode(String code) {
    return lines.stream().filter(l -> l.contains("\"code\":\"" + code + "\"")).toList();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");

  @TempDir Path directory;

  @Test
  void eventBecomesOneJsonLineInAFileOnlyItsOwnerReads() throws Exception {
    Path file = directory.resolve("audit.log");
    try (var log = new AuditLog("root", () -> NOW, List.of(FileAuditSink.open(file)))) {
      log.emit(
          AuditEvent.of(AuditEvent.Type.HEADLESS_REQUESTED)
              .with("user", "alice")
              .with("error", "")
              .with("cluster_name", "forged")
              .build());
      assertThat(log.flush(Duration.ofSeconds(5))).isTrue();
    }

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(1);
    JsonNode event = new ObjectMapper().readTree(lines.getFirst());
    assertThat(event.get("event").asText()).isEqualTo("user.login");
    assertThat(event.get("code").asText()).isEqualTo("T1012I");
    assertThat(event.get("cluster_name").asText()).isEqualTo("root");
    assertThat(event.get("time").asText()).isEqualTo("2026-11-21T09:00:00Z");
    assertThat(event.get("user").asText()).isEqualTo("alice");
    assertThat(event.has("error")).isFalse();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }
}

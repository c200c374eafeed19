// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.audit.AuditSink;
import dev.jtsh.protocol.grpc.agent.AuditLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends audit events to auth, in order, some at once, and keeps them while auth is away: up to
 * {@value #QUEUE_LENGTH_MAX}; what comes then is only in the agent's own file.
 */
public final class RemoteAuditSink implements AuditSink {
  private static final Logger logger = LoggerFactory.getLogger(RemoteAuditSink.class);
  private static final int QUEUE_LENGTH_MAX = 65_536;
  private static final int BATCH_MAX = 200;
  private static final Duration AGAIN = Duration.ofSeconds(2);
  private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);

  private final Consumer<List<AuditLine>> auth;
  private final BlockingQueue<AuditLine> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH_MAX);
  private final Thread sender;
  private volatile boolean closing;

  /** Sends to {@code auth}, which throws when it did not take the lines. */
  public RemoteAuditSink(Consumer<List<AuditLine>> auth) {
    this.auth = auth;
    this.sender = Thread.ofVirtual().name("agent-audit").start(this::send);
  }

  @Override
  public void append(Instant time, String uid, byte[] json) {
    AuditLine line =
        AuditLine.newBuilder()
            .setTime(time.toString())
            .setUid(uid)
            .setEvent(ByteString.copyFrom(json))
            .build();
    if (!queue.offer(line)) {
      logger.error("audit event {} is only in this agent's file: auth is away for too long", uid);
    }
  }

  private void send() {
    List<AuditLine> batch = new ArrayList<>();
    try {
      while (!closing || !queue.isEmpty() || !batch.isEmpty()) {
        if (batch.isEmpty()) {
          AuditLine first = queue.poll(100, TimeUnit.MILLISECONDS);
          if (first == null) {
            continue;
          }
          batch.add(first);
          queue.drainTo(batch, BATCH_MAX - 1);
        }
        try {
          auth.accept(List.copyOf(batch));
          batch.clear();
        } catch (RuntimeException e) {
          logger.warn("audit events wait for auth: {}", e.getMessage());
          Thread.sleep(AGAIN);
        }
      }
    } catch (InterruptedException e) {
      logger.error("{} audit events are only in this agent's file", queue.size() + batch.size());
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      if (!sender.join(CLOSE_TIME_MAX)) {
        sender.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events from any thread, event loops too, and hands them to the sinks in order on a thread
 * of its own. {@link #emit} never waits: when {@value #QUEUE_LENGTH_MAX} events lie in the queue,
 * further ones are lost, counted, and the loss becomes an event itself.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(AuditLog.class);
  private static final int QUEUE_LENGTH_MAX = 65_536;
  private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(10);

  private sealed interface Entry {}

  private record Line(Instant time, String uid, AuditEvent event) implements Entry {}

  private record Mark(CountDownLatch reached) implements Entry {}

  private record End() implements Entry {}

  private final String clusterName;
  private final InstantSource clock;
  private final List<AuditSink> sinks;
  private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH_MAX);
  private final AtomicLong lost = new AtomicLong();
  private final ObjectMapper json = new ObjectMapper();
  private final Thread writer;

  /** Starts a log of {@code clusterName} that writes to each of {@code sinks} and closes them. */
  public AuditLog(String clusterName, InstantSource clock, List<AuditSink> sinks) {
    this.clusterName = clusterName;
    this.clock = clock;
    this.sinks = List.copyOf(sinks);
    this.writer = Thread.ofPlatform().name("audit").daemon(true).start(this::write);
  }

  /** Puts an event into the log with the present time and a fresh uid. */
  public void emit(AuditEvent event) {
    var line =
        new Line(
            clock.instant().truncatedTo(ChronoUnit.MILLIS), UUID.randomUUID().toString(), event);
    if (!queue.offer(line)) {
      lost.incrementAndGet();
    }
  }

  /**
   * Puts an event into the log that happened elsewhere, with its own time and uid; false when there
   * is no room now: try again.
   */
  public boolean relay(Instant time, String uid, AuditEvent event) {
    return queue.offer(new Line(time, uid, event));
  }

  /**
   * Waits until all events emitted before this call reached the sinks; false when it took longer.
   */
  public boolean flush(Duration longest) throws InterruptedException {
    var mark = new Mark(new CountDownLatch(1));
    long nanos = longest.toNanos();
    long start = System.nanoTime();
    return queue.offer(mark, nanos, TimeUnit.NANOSECONDS)
        && mark.reached().await(nanos - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
  }

  /** Writes what is queued, within ten seconds, and closes the sinks. */
  @Override
  public void close() {
    try {
      if (queue.offer(new End(), CLOSE_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        writer.join(CLOSE_TIME_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    try {
      while (true) {
        switch (queue.take()) {
          case Line line -> append(line);
          case Mark mark -> mark.reached().countDown();
          case End end -> {
            closeSinks();
            return;
          }
        }
        reportLoss();
      }
    } catch (InterruptedException e) {
      closeSinks();
    }
  }

  private void reportLoss() {
    long count = lost.getAndSet(0);
    if (count > 0) {
      logger.error("{} audit events were lost: the sinks are too slow", count);
      append(
          new Line(
              clock.instant().truncatedTo(ChronoUnit.MILLIS),
              UUID.randomUUID().toString(),
              AuditEvent.of(AuditEvent.Type.AUDIT_OVERFLOW).with("lost", count).build()));
    }
  }

  private void append(Line line) {
    byte[] bytes;
    try {
      bytes = json.writeValueAsBytes(fields(line));
    } catch (JsonProcessingException e) {
      logger.error("audit event {} has a field that is no JSON", line.event().type(), e);
      return;
    }
    for (AuditSink sink : sinks) {
      try {
        sink.append(line.time(), line.uid(), bytes);
      } catch (IOException | RuntimeException e) {
        logger.error("could not keep audit event {} {}", line.event().type(), line.uid(), e);
      }
    }
  }

  private Map<String, Object> fields(Line line) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("event", line.event().type().event());
    fields.put("code", line.event().type().code());
    fields.put("time", line.time().toString());
    fields.put("uid", line.uid());
    fields.put("cluster_name", clusterName);
    line.event().fields().forEach(fields::putIfAbsent);
    return fields;
  }

  private void closeSinks() {
    for (AuditSink sink : sinks) {
      try {
        sink.close();
      } catch (IOException e) {
        logger.error("could not close an audit sink", e);
      }
    }
  }
}

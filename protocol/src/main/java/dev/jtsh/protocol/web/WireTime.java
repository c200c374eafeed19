// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/** Moments and durations between protobuf's form and Java's. */
public final class WireTime {
  private WireTime() {}

  /**
   * A moment from the wire.
   *
   * @throws IllegalArgumentException if no such moment exists
   */
  public static Instant instant(Timestamp wire) {
    try {
      return Instant.ofEpochSecond(wire.getSeconds(), wire.getNanos());
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("time out of range", e);
    }
  }

  /** A moment for the wire. */
  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /**
   * A duration from the wire.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  public static Duration duration(com.google.protobuf.Duration wire) {
    try {
      return Duration.ofSeconds(wire.getSeconds(), wire.getNanos());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("duration out of range", e);
    }
  }

  /** A duration for the wire. */
  public static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.time;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in the text form that Go programs print and read, such as {@code 12h0m0s}. */
public final class GoDuration {
  private static final int MAX_LENGTH = 64;
  private static final Pattern TERM =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
  private static final BigDecimal MAX_NANOS = BigDecimal.valueOf(Long.MAX_VALUE);

  private GoDuration() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if the text is no duration or too large for 64 bits of
   *     nanoseconds; the message says what a duration looks like
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    boolean negative = text.startsWith("-");
    String terms = negative || text.startsWith("+") ? text.substring(1) : text;
    if (terms.isEmpty() || text.length() > MAX_LENGTH) {
      throw malformed();
    }
    Matcher matcher = TERM.matcher(terms);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      nanos = nanos.add(number(matcher.group(1)).multiply(nanosPer(matcher.group(2))));
      end = matcher.end();
    }
    if (end != terms.length() || nanos.compareTo(MAX_NANOS) > 0) {
      throw malformed();
    }
    Duration duration = Duration.ofNanos(nanos.longValue());
    return negative ? duration.negated() : duration;
  }

  /** Writes a duration as Go does: {@code 0s}, {@code 1.5s}, {@code 250ms}, {@code 12h0m0s}. */
  public static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    if (duration.isNegative()) {
      return "-" + format(duration.negated());
    }
    if (duration.toSeconds() == 0) {
      int nanos = duration.toNanosPart();
      if (nanos < 1_000) {
        return nanos + "ns";
      }
      return nanos < 1_000_000 ? fraction(nanos, 3) + "µs" : fraction(nanos, 6) + "ms";
    }
    long hours = duration.toHours();
    int minutes = duration.toMinutesPart();
    var out = new StringBuilder();
    if (hours > 0) {
      out.append(hours).append('h');
    }
    if (hours > 0 || minutes > 0) {
      out.append(minutes).append('m');
    }
    long nanos = duration.toSecondsPart() * 1_000_000_000L + duration.toNanosPart();
    return out.append(fraction(nanos, 9)).append('s').toString();
  }

  private static BigDecimal number(String digits) {
    return new BigDecimal(digits.endsWith(".") ? digits + "0" : digits);
  }

  private static BigDecimal nanosPer(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ns" -> 1L;
          case "us", "µs", "μs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        });
  }

  private static String fraction(long nanos, int scale) {
    BigDecimal value = BigDecimal.valueOf(nanos, scale).stripTrailingZeros();
    return value.toPlainString();
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException("not a duration; write it like 12h, 90m or 1h30m0s");
  }
}

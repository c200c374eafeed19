// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

import dev.jtsh.protocol.net.RequestId;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down which calls came to nothing, with the id that {@code jtsh --debug} shows for the same
 * call. A few lines a second at most: whoever is refused can come again as often as he likes.
 */
public final class FailedCalls {
  private static final Logger logger = LoggerFactory.getLogger(FailedCalls.class);
  private static final int LINES_MAX = 20;

  private long second; // under this
  private int lines; // under this

  /** Writes into this program's log. */
  public FailedCalls() {}

  /**
   * One call that failed.
   *
   * @param id as the caller sent it; without one nothing is written
   * @param what was called: no query, no body
   * @param outcome how it ended
   */
  public void add(Optional<RequestId> id, String what, String outcome) {
    if (id.isPresent() && isTimeForAnother(System.nanoTime())) {
      logger.info("request {}: {}: {}", id.get(), SafeText.of(what), SafeText.of(outcome));
    }
  }

  private synchronized boolean isTimeForAnother(long now) {
    long current = TimeUnit.NANOSECONDS.toSeconds(now);
    if (current != second) {
      second = current;
      lines = 0;
    }
    return lines++ < LINES_MAX;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.net.RequestId;
import dev.jtsh.protocol.text.SafeText;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells about each call to a cluster, for whoever looks for a mistake: what is asked of whom under
 * which id, and how it ended. Never a body, a header or an answer: those hold passwords and
 * certificates.
 */
public final class CallLog {
  private static final int CAUSES_MAX = 5;

  private final Consumer<SafeText> told;
  private final SecureRandom random;

  /**
   * Makes one.
   *
   * @param told takes a line; called from any thread
   * @param random for the ids
   */
  public CallLog(Consumer<SafeText> told, SecureRandom random) {
    this.told = told;
    this.random = random;
  }

  /** Tells nobody; calls have ids all the same. */
  public static CallLog silent() {
    return new CallLog(line -> {}, new SecureRandom());
  }

  /** Says something that belongs to no call. */
  void say(SafeText line) {
    told.accept(line);
  }

  /** A call that begins now. */
  Call begin(SafeText action, SafeText what, ProxyAddress to) {
    Call call = new Call(RequestId.fresh(random), System.nanoTime());
    told.accept(
        SafeText.format(
            "request {}: {}: {} to {}",
            call.name(),
            action,
            what,
            SafeText.ofHostName(to.hostPort())));
    return call;
  }

  /** One call, told of until its end. */
  final class Call {
    private final RequestId id;
    private final long start;

    private Call(RequestId id, long start) {
      this.id = id;
      this.start = start;
    }

    RequestId id() {
      return id;
    }

    private SafeText name() {
      return SafeText.of(id.value());
    }

    /** It was answered. */
    void answered(SafeText how) {
      told.accept(SafeText.format("request {}: {} after {} ms", name(), how, millis()));
    }

    /** It came to nothing; returns the failure with the id in it. */
    ClientException failed(ClientException failure) {
      told.accept(
          SafeText.format(
              "request {}: failed after {} ms{}", name(), millis(), why(failure.getCause())));
      return failure.inRequest(id);
    }

    private SafeText millis() {
      return SafeText.of(Long.toString(Duration.ofNanos(System.nanoTime() - start).toMillis()));
    }

    private static SafeText why(@Nullable Throwable cause) {
      SafeText why = SafeText.empty();
      @Nullable Throwable next = cause;
      for (int i = 0; next != null && i < CAUSES_MAX; i++) {
        why =
            SafeText.format(
                "{}; {}: {}",
                why,
                SafeText.of(next.getClass().getSimpleName()),
                SafeText.of(String.valueOf(next.getMessage())));
        next = next.getCause();
      }
      return why;
    }
  }
}

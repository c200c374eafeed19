// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import java.util.Optional;

/** An answer given instead of forwarding a request. */
public final class OwnAnswer implements Ruling {
  private final int status;
  private final String contentType;
  private final byte[] body;
  private final Optional<String> warning;

  /** An answer with a body, which is handed over and not copied. */
  public OwnAnswer(int status, String contentType, byte[] body) {
    this(status, contentType, body, Optional.empty());
  }

  /**
   * The same with a warning.
   *
   * @param warning the value of the header
   */
  public OwnAnswer(int status, String contentType, byte[] body, Optional<String> warning) {
    this.status = status;
    this.contentType = contentType;
    this.body = body;
    this.warning = warning;
  }

  int status() {
    return status;
  }

  String contentType() {
    return contentType;
  }

  byte[] body() {
    return body;
  }

  Optional<String> warning() {
    return warning;
  }

  /** How faults of the exchange itself are told to the caller. */
  @FunctionalInterface
  public interface Faults {
    /** The answer for a fault: an HTTP status and a text that holds nothing from outside. */
    OwnAnswer of(int status, String message);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

/** An answer given instead of forwarding a request. */
public final class OwnAnswer implements Ruling {
  private final int status;
  private final String contentType;
  private final byte[] body;

  /** An answer with a body, which is handed over and not copied. */
  public OwnAnswer(int status, String contentType, byte[] body) {
    this.status = status;
    this.contentType = contentType;
    this.body = body;
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

  /** How faults of the exchange itself are told to the caller. */
  @FunctionalInterface
  public interface Faults {
    /** The answer for a fault: an HTTP status and a text that holds nothing from outside. */
    OwnAnswer of(int status, String message);
  }
}

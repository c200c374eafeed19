// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.error;

import java.io.Serial;

/** A request or call that failed, or must fail, with an error that the peer may read. */
public final class WireException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient WireError error;
  private final ErrorKind kind;

  /** Fails with this error. */
  public WireException(WireError error) {
    super(error.message());
    this.error = error;
    this.kind = error.kind();
  }

  /** Fails with this class and this message. */
  public WireException(ErrorKind kind, String message) {
    this(new WireError(kind, message));
  }

  /** What to answer, or what was answered. */
  public WireError error() {
    return error;
  }

  /** Its class. */
  public ErrorKind kind() {
    return kind;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

/**
 * An answer that only says that it worked.
 *
 * @param message {@code ok}
 */
public record MessageBody(String message) {
  /** It worked. */
  public static final MessageBody OK = new MessageBody("ok");

  /** Absent keys become empty values. */
  public MessageBody {
    message = Absent.text(message);
  }
}

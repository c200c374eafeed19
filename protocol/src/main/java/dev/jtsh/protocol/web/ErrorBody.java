// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The body of a failed web request. Servers differ in where they put the text, so ours goes to both
 * places and both are read.
 *
 * @param error the text, wrapped
 * @param message the text
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ErrorBody(@Nullable Message error, @Nullable String message) {
  /**
   * The wrapped text.
   *
   * @param message the text
   */
  public record Message(@Nullable String message) {}

  /** The body for this text. */
  public static ErrorBody of(String message) {
    return new ErrorBody(new Message(message), message);
  }

  /** The text, from where it is; empty if nowhere. Foreign text. */
  public String text() {
    if (error != null && error.message() != null) {
      return error.message();
    }
    return message == null ? "" : message;
  }
}

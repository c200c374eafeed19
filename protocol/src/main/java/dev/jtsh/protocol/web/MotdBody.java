// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Answer of {@code GET /webapi/motd}.
 *
 * @param text message of the day; foreign text
 */
public record MotdBody(@JsonProperty("Text") String text) {
  /** Absent keys become empty values. */
  public MotdBody {
    text = Absent.text(text);
  }
}

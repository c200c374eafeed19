// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

/**
 * What became of a typed code.
 *
 * @param result {@link #RIGHT}, {@link #WRONG} or {@link #WAITING}
 * @param triesLeft after a wrong one; at 0 the request is denied
 */
public record HeadlessCodeResponse(String result, int triesLeft) {
  /** The request goes on. */
  public static final String RIGHT = "right";

  /** One try is gone. */
  public static final String WRONG = "wrong";

  /** No code was given yet, or nothing of the kind waits: not counted. */
  public static final String WAITING = "waiting";

  /** Absent keys become empty values. */
  public HeadlessCodeResponse {
    result = Absent.text(result);
  }
}

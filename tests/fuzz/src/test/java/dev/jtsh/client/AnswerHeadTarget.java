// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import java.nio.charset.StandardCharsets;

/** The head of what a load balancer or an HTTP proxy answers. */
public final class AnswerHeadTarget {
  private AnswerHeadTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    AnswerHead head;
    try {
      head = AnswerHead.parse(new String(input, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException expected) {
      return;
    }
    if (head.status() < 100 || head.status() > 999) {
      throw new AssertionError("a status of three digits, not " + head.status());
    }
    if (head.field("upgrade").contains("\n")) {
      throw new AssertionError("a field over two lines");
    }
  }
}

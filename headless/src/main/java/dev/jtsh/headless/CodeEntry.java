// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.ClientException;

/**
 * Where the code goes that an approver is given and the person types here. The request goes on only
 * after the right one; a few wrong ones end it.
 */
@FunctionalInterface
public interface CodeEntry {
  /** What became of a try. */
  sealed interface Answer {
    /** The request goes on. */
    record Right() implements Answer {}

    /**
     * It was another.
     *
     * @param triesLeft none left: the request is denied
     */
    record Wrong(int triesLeft) implements Answer {}

    /** Not approved yet: not counted. */
    record TooEarly() implements Answer {}
  }

  /**
   * Tries a code. Blocks.
   *
   * @param code as typed
   */
  Answer type(String code) throws ClientException;
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.key;

import dev.jtsh.nativebindings.FidoDevice;
import java.util.List;

/** Where keys come from. */
public interface KeySource {
  /** Whether keys can be used at all: libfido2 is there. Loads it. */
  boolean available();

  /** Opens all keys that are plugged in now. */
  Found open();

  /**
   * Keys that are plugged in.
   *
   * @param open the caller closes them
   * @param shut names of those that could not be opened: text from outside
   */
  record Found(List<FidoDevice> open, List<String> shut) {
    /** Copies the lists. */
    public Found {
      open = List.copyOf(open);
      shut = List.copyOf(shut);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/**
 * The kubeconfig of one session: a sealed file in memory on Linux, else a temporary file that goes
 * when the session goes.
 */
public sealed interface SessionFile extends AutoCloseable permits MemoryFile, TemporaryFile {
  /**
   * Makes the kind that a system has.
   *
   * @param systemName as the property {@code os.name} says it
   * @param temporaryRoot where a temporary file's directory goes, if one is needed
   */
  static SessionFile create(String systemName, Path temporaryRoot, MemorySegment content) {
    if (systemName.equals("Linux")) {
      return MemoryFile.create("kubeconfig", content);
    }
    return TemporaryFile.create(temporaryRoot, content);
  }

  /** The value of KUBECONFIG for a child that got {@link #childDescriptors}. */
  String kubeconfigPath();

  /** Whether its bytes are kept out of swap; a file on a disk never is. */
  boolean locked();

  /** What the child needs: its descriptor number to ours. Also sets the read position to 0. */
  Map<Integer, Integer> childDescriptors();

  @Override
  void close();
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/**
 * The end of all secrets of this process. On SIGKILL nobody can wipe: then the kernel clears the
 * pages before anyone else gets them, and until then they are in no dump and no swap.
 */
public final class ProcessSecrets {
  private ProcessSecrets() {}

  /**
   * Closes every native key and zeroes every arena. What still uses one sees zeros or gets an
   * {@link IllegalStateException}; nothing new can be made. Waits for signatures under way. May be
   * called again.
   */
  public static void wipe() {
    NativeKey.closeAll();
    SecretArena.wipeAll();
  }

  /**
   * Wipes when the JVM ends by itself or by SIGTERM, SIGHUP or SIGINT. {@link ProcessExit#now}
   * wipes too.
   */
  public static void wipeAtEnd() {
    Runtime.getRuntime().addShutdownHook(new Thread(ProcessSecrets::wipe, "wipe secrets"));
  }
}

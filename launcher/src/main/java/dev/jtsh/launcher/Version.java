// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

/** The versions {@code jtsh version} prints. */
final class Version {
  /** Ours. */
  static final String OURS = "0.1.0";

  /** The Java it runs on. */
  static final String JAVA = Runtime.version().toString();

  private Version() {}
}

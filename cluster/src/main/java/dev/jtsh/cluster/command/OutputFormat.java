// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

/** How answers are printed; the constants are the words of the command line. */
enum OutputFormat {
  /** For people. */
  text,
  /** For programs. */
  json,
  /** For files. */
  yaml
}

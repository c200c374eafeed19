// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import java.nio.file.Path;

/**
 * Where the tested {@code jtsh} and {@code jtsh-cluster} are: what {@code ./dev build} left, or the
 * directory that {@code jtsh.programs} names, such as {@code /usr/bin} where a package is
 * installed.
 */
public final class TestedPrograms {
  private TestedPrograms() {}

  /** The directory of both. */
  public static Path directory() {
    String told = System.getProperty("jtsh.programs", "");
    return Path.of(told.isEmpty() ? System.getProperty("jtsh.root", ".") : told).toAbsolutePath();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

/** The version of the program. */
public final class Version {
  /** As in the pom; the manifest carries it too, but not when run from classes. */
  public static final String TEXT = "0.1.0";

  private Version() {}
}

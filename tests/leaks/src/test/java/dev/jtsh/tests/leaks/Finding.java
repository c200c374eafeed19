// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

/**
 * A piece of a secret where it must not be.
 *
 * @param secret whose
 * @param place file, or process and mapping
 * @param offset of its first byte: in the file, or the address
 * @param bytes how many in a row
 */
record Finding(Secret secret, String place, long offset, long bytes) {
  @Override
  public String toString() {
    return "%d bytes of %s at %x of %s".formatted(bytes, secret, offset, place);
  }
}

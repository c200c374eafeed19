// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

/** The storage failed: a full disk, a damaged file, a closed backend. Says what was being done. */
public final class StorageException extends RuntimeException {

  StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  StorageException(String message) {
    super(message);
  }
}

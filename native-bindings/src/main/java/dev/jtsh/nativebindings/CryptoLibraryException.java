// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/** libcrypto refused a call. The message says which, and libcrypto's own reason. */
public final class CryptoLibraryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CryptoLibraryException(String call, String reason) {
    super(reason.isEmpty() ? call + " failed" : call + ": " + reason);
  }
}

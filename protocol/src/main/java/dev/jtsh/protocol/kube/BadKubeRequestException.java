// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import java.io.Serial;

/** A request that is refused with 400 because of how it is spelled. The message is fixed words. */
public final class BadKubeRequestException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  BadKubeRequestException(String message) {
    super(message);
  }
}

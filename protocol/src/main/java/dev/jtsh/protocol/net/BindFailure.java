// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.net;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a port cannot be had, for a person: Netty and Java say it in their own ways. */
public final class BindFailure {
  private static final Pattern ERRNO = Pattern.compile("error\\(-([0-9]+)\\)");
  private static final int EACCES = 13;
  private static final int EADDRINUSE = 98;
  private static final int EADDRNOTAVAIL = 99;

  private BindFailure() {}

  /**
   * What stands in the way.
   *
   * @param cause what binding failed with
   */
  public static String why(@Nullable Throwable cause) {
    String said = cause == null ? "" : String.valueOf(cause.getMessage());
    return switch (errno(said)) {
      case EADDRINUSE -> "another program listens there";
      case EACCES -> "permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE";
      case EADDRNOTAVAIL -> "this machine has no such address";
      default -> said;
    };
  }

  private static int errno(String said) {
    Matcher number = ERRNO.matcher(said);
    if (number.find()) {
      return Integer.parseInt(number.group(1));
    }
    if (said.contains("already in use")) {
      return EADDRINUSE;
    }
    if (said.contains("Permission denied")) {
      return EACCES;
    }
    return said.contains("Cannot assign requested address") ? EADDRNOTAVAIL : 0;
  }
}

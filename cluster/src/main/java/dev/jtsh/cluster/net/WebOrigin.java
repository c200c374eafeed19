// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.net;

/** The origin of a web port as browsers write it (RFC 6454 §6.1): without the port 443. */
public final class WebOrigin {
  private static final String HTTPS_PORT = ":443";

  private WebOrigin() {}

  /**
   * The origin of an address.
   *
   * @param address {@code host:port}
   * @return {@code https://host}, with {@code :port} unless that is 443
   */
  public static String of(String address) {
    return "https://"
        + (address.endsWith(HTTPS_PORT)
            ? address.substring(0, address.length() - HTTPS_PORT.length())
            : address);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.protocol.headless.ApprovalFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Where a request comes from, in the two sizes that are counted.
 *
 * @param address an IPv4 address or the /64 of an IPv6 address
 * @param network an IPv4 /24 or the /48 of an IPv6 address
 */
record SourceNetwork(String address, String network) {
  private static final int IPV4_BYTES = 4;

  static SourceNetwork of(InetSocketAddress remote) {
    InetAddress address = remote.getAddress();
    if (address == null) {
      return new SourceNetwork("unknown", "unknown");
    }
    byte[] bytes = address.getAddress();
    return bytes.length == IPV4_BYTES
        ? new SourceNetwork(prefix(bytes, 4), prefix(bytes, 3))
        : new SourceNetwork(prefix(bytes, 8), prefix(bytes, 6));
  }

  /** Where a request came from, by what its facts say. */
  static SourceNetwork of(ApprovalFacts facts) {
    String text = facts.clientAddress();
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return of(InetSocketAddress.createUnresolved("unknown", 0));
    }
    String ip = text.substring(0, colon).replace("[", "").replace("]", "");
    return of(
        new InetSocketAddress(
            InetAddress.ofLiteral(ip), Integer.parseInt(text.substring(colon + 1))));
  }

  private static String prefix(byte[] bytes, int length) {
    return HexFormat.of().formatHex(Arrays.copyOf(bytes, length)) + "/" + bytes.length;
  }
}

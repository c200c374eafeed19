// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.proxy;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a TLS client says before anything is decided: RFC 8446 §4.1.2 with the extensions of RFC
 * 6066 §3 and RFC 7301. It is only a hint for routing and proves nothing.
 *
 * @param serverName the SNI host name in lower case; empty without one
 * @param protocols the ALPN names in the client's order
 */
record ClientHello(String serverName, List<String> protocols) {
  private static final int VERSION_AND_RANDOM_BYTES = 34;
  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int HOST_NAME = 0;

  /**
   * Reads a ClientHello.
   *
   * @param in the body of the handshake message, from {@code legacy_version} on; not consumed
   * @return empty if its lengths do not fit each other
   */
  static Optional<ClientHello> parse(ByteBuf in) {
    try {
      ByteBuf hello = in.slice();
      hello.skipBytes(VERSION_AND_RANDOM_BYTES);
      hello.skipBytes(hello.readUnsignedByte()); // session id
      hello.skipBytes(hello.readUnsignedShort()); // cipher suites
      hello.skipBytes(hello.readUnsignedByte()); // compression methods
      String serverName = "";
      List<String> protocols = List.of();
      if (hello.isReadable()) {
        ByteBuf extensions = hello.readSlice(hello.readUnsignedShort());
        while (extensions.isReadable()) {
          int type = extensions.readUnsignedShort();
          ByteBuf extension = extensions.readSlice(extensions.readUnsignedShort());
          if (type == SERVER_NAME) {
            serverName = serverName(extension);
          } else if (type == ALPN) {
            protocols = protocols(extension);
          }
        }
      }
      return Optional.of(new ClientHello(serverName, protocols));
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static String serverName(ByteBuf extension) {
    ByteBuf names = extension.readSlice(extension.readUnsignedShort());
    while (names.isReadable()) {
      int type = names.readUnsignedByte();
      ByteBuf name = names.readSlice(names.readUnsignedShort());
      if (type == HOST_NAME) {
        return name.toString(StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
      }
    }
    return "";
  }

  private static List<String> protocols(ByteBuf extension) {
    List<String> protocols = new ArrayList<>();
    ByteBuf names = extension.readSlice(extension.readUnsignedShort());
    while (names.isReadable()) {
      protocols.add(names.readSlice(names.readUnsignedByte()).toString(StandardCharsets.US_ASCII));
    }
    return protocols;
  }
}

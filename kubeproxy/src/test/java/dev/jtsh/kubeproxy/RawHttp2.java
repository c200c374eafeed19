// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** HTTP/2 frames as bytes, for what no library would send. */
final class RawHttp2 {
  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  static final int HEADERS = 1;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GO_AWAY = 7;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;
  static final int HEADER_SIZE = 9;

  private RawHttp2() {}

  static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(HEADER_SIZE + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  static byte[] goAway(int lastStream) {
    return frame(GO_AWAY, 0, 0, ByteBuffer.allocate(8).putInt(lastStream).array());
  }

  /** An answer with status 200 and no body. */
  static byte[] ok(int stream) {
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, new byte[] {(byte) 0x88});
  }

  /** HPACK of {@code GET https://x/version}. */
  static byte[] get() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x82);
    block.write(0x87);
    literal(block, 0x04, "/version"); // :path
    literal(block, 0x01, "x"); // :authority
    return block.toByteArray();
  }

  /** HPACK of a field with an indexed name; short values only. */
  static void literal(ByteArrayOutputStream into, int nameIndex, String value) {
    into.write(nameIndex);
    into.write(value.length());
    into.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }
}

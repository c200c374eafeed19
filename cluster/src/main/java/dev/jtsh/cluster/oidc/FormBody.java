// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A form as bytes, for one of its values is a secret and must not become a String. */
final class FormBody implements AutoCloseable {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private final Wiped out = new Wiped();

  FormBody with(String name, String value) {
    return with(name, value.getBytes(StandardCharsets.UTF_8));
  }

  FormBody with(String name, byte[] value) {
    if (out.size() > 0) {
      out.write('&');
    }
    out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    out.write('=');
    encode(value, out);
    return this;
  }

  /** A copy, which the caller wipes. */
  byte[] toBytes() {
    return out.toByteArray();
  }

  /** Percent-encodes all but letters, digits and {@code -._~}. */
  static void encode(byte[] value, ByteArrayOutputStream to) {
    for (byte b : value) {
      if (UNRESERVED.indexOf(b) >= 0) {
        to.write(b);
      } else {
        to.write('%');
        to.write(HEX[(b >> 4) & 0xF]);
        to.write(HEX[b & 0xF]);
      }
    }
  }

  /** Text for a query. */
  static String encoded(String value) {
    var to = new ByteArrayOutputStream();
    encode(value.getBytes(StandardCharsets.UTF_8), to);
    return to.toString(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    out.wipe();
  }

  /** Its last buffer is wiped; one that it grew out of is garbage with at most a part. */
  private static final class Wiped extends ByteArrayOutputStream {
    private static final int ROOM = 8192;

    Wiped() {
      super(ROOM);
    }

    synchronized void wipe() {
      Arrays.fill(buf, (byte) 0);
      reset();
    }
  }
}

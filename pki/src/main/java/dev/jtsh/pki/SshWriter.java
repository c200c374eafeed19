// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the data types of RFC 4251 §5. */
final class SshWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @CanIgnoreReturnValue
  SshWriter uint32(int value) {
    out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
    return this;
  }

  @CanIgnoreReturnValue
  SshWriter uint64(long value) {
    out.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
    return this;
  }

  @CanIgnoreReturnValue
  SshWriter string(byte[] bytes) {
    uint32(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  @CanIgnoreReturnValue
  SshWriter string(String text) {
    return string(text.getBytes(StandardCharsets.UTF_8));
  }

  @CanIgnoreReturnValue
  SshWriter mpint(BigInteger value) {
    return string(value.signum() == 0 ? new byte[0] : value.toByteArray());
  }

  @CanIgnoreReturnValue
  SshWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}

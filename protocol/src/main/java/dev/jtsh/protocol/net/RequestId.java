// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.net;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of one call from a client to a cluster, by which its two ends can be found again in what
 * both write down. Servers that do not know it overlook it. No secret, and proof of nothing.
 *
 * @param value twelve hexadecimal digits
 */
public record RequestId(String value) {
  /** What the header is called, in HTTP and in gRPC. */
  public static final String HEADER = "x-request-id";

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{12}");
  private static final int BYTES = 6;

  /** Of this form only: an id is written into logs as it comes. */
  public RequestId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("no id of a request");
    }
  }

  /** A new one. */
  public static RequestId fresh(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new RequestId(HexFormat.of().formatHex(bytes));
  }

  /** What a caller sent; empty when there is none of the right form. */
  public static Optional<RequestId> sent(@Nullable String header) {
    return header != null && FORM.matcher(header).matches()
        ? Optional.of(new RequestId(header))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}

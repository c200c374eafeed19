// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One stored value as it was at one revision. Has no {@code toString}: values may be secret. */
public final class Item {
  private final String key;
  private final byte[] value;
  private final @Nullable Instant expires;
  private final long revision;

  Item(String key, byte[] value, @Nullable Instant expires, long revision) {
    this.key = key;
    this.value = value.clone();
    this.expires = expires;
    this.revision = revision;
  }

  /** The key. */
  public String key() {
    return key;
  }

  /** A copy of the value. */
  public byte[] value() {
    return value.clone();
  }

  /** When it vanishes; empty for never. */
  public Optional<Instant> expires() {
    return Optional.ofNullable(expires);
  }

  /** The revision for {@link Backend#compareAndSwap}. */
  public long revision() {
    return revision;
  }

  boolean expiredAt(Instant now) {
    return expires != null && !expires.isAfter(now);
  }
}

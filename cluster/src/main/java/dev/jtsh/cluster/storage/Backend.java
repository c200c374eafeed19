// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Items by key, with expiry and revision. Every change gets a revision higher than all before it,
 * also over a restart. An expired item is as if it were not there. Safe for any thread; calls may
 * block on a disk, so never call from an event loop. Failures are {@link StorageException}.
 */
public interface Backend extends AutoCloseable {

  /** Longest value in bytes. */
  int VALUE_BYTES_MAX = 1024 * 1024;

  /** Longest key in characters. */
  int KEY_LENGTH_MAX = 1024;

  /**
   * Stores an item that must not be there.
   *
   * @param expires when it vanishes; null for never
   * @return the stored item, or empty when the key is taken
   */
  Optional<Item> create(String key, byte[] value, @Nullable Instant expires);

  /** Stores an item, over any that is there. */
  Item put(String key, byte[] value, @Nullable Instant expires);

  /**
   * Replaces an item that nobody changed since {@code revision} was read.
   *
   * @return the stored item, or empty when it changed or is gone: the caller lost
   */
  Optional<Item> compareAndSwap(String key, long revision, byte[] value, @Nullable Instant expires);

  /** Removes an item; false when there was none. */
  boolean delete(String key);

  /** Removes an item only at this revision: of several callers one gets true. */
  boolean delete(String key, long revision);

  /** The item of this key. */
  Optional<Item> get(String key);

  /**
   * Items whose key begins with {@code prefix} and comes after {@code afterKey}, in key order.
   *
   * @param afterKey last key of the page before; empty for the first page
   * @param limit most items to return, more than zero
   */
  List<Item> range(String prefix, String afterKey, int limit);

  /**
   * Tells {@code listener} of each change under {@code prefix} from now on, in revision order, one
   * at a time. Expired items are reported when {@link #removeExpired} finds them.
   *
   * @param listener must be quick and must not throw; may call this backend
   */
  Watch watch(String prefix, Consumer<Change> listener);

  /** Deletes what has expired and reports it to watches; returns how many items went. */
  int removeExpired();

  @Override
  void close();

  /** A change of one item. */
  sealed interface Change {
    /** Key of the item. */
    String key();

    /** The item was stored. */
    record Put(Item item) implements Change {
      @Override
      public String key() {
        return item.key();
      }
    }

    /** The item was removed or has expired. */
    record Deleted(String key) implements Change {}
  }

  /** A running watch; no change arrives after {@link #close} returned, but for one in delivery. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps everything in memory: for tests and throw-away clusters. */
public final class MemoryBackend implements Backend {
  private final InstantSource clock;
  private final WatchHub watches = new WatchHub();
  private final ReentrantLock lock = new ReentrantLock();
  // Both guarded by lock.
  private final NavigableMap<String, Item> items = new TreeMap<>();
  private long lastRevision;

  /** An empty store. */
  public MemoryBackend(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Optional<Item> create(String key, byte[] value, @Nullable Instant expires) {
    Keys.check(key, value);
    lock.lock();
    try {
      return live(key) == null ? Optional.of(store(key, value, expires)) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Item put(String key, byte[] value, @Nullable Instant expires) {
    Keys.check(key, value);
    lock.lock();
    try {
      return store(key, value, expires);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Item> compareAndSwap(
      String key, long revision, byte[] value, @Nullable Instant expires) {
    Keys.check(key, value);
    lock.lock();
    try {
      Item present = live(key);
      return present != null && present.revision() == revision
          ? Optional.of(store(key, value, expires))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean delete(String key) {
    Keys.check(key);
    lock.lock();
    try {
      return live(key) != null && remove(key);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean delete(String key, long revision) {
    Keys.check(key);
    lock.lock();
    try {
      Item present = live(key);
      return present != null && present.revision() == revision && remove(key);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Item> get(String key) {
    Keys.check(key);
    lock.lock();
    try {
      return Optional.ofNullable(live(key));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Item> range(String prefix, String afterKey, int limit) {
    lock.lock();
    try {
      Instant now = clock.instant();
      List<Item> found = new ArrayList<>();
      String from = afterKey.compareTo(prefix) > 0 ? afterKey : prefix;
      for (Item item : items.tailMap(from, !from.equals(afterKey)).values()) {
        if (!item.key().startsWith(prefix) || found.size() == limit) {
          break;
        }
        if (!item.expiredAt(now)) {
          found.add(item);
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Watch watch(String prefix, Consumer<Change> listener) {
    return watches.add(prefix, listener);
  }

  @Override
  public int removeExpired() {
    lock.lock();
    try {
      Instant now = clock.instant();
      List<String> expired =
          items.values().stream().filter(i -> i.expiredAt(now)).map(Item::key).toList();
      expired.forEach(this::remove);
      return expired.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    watches.close();
  }

  private @Nullable Item live(String key) {
    Item item = items.get(key);
    return item == null || item.expiredAt(clock.instant()) ? null : item;
  }

  private Item store(String key, byte[] value, @Nullable Instant expires) {
    var item = new Item(key, value, expires, ++lastRevision);
    items.put(key, item);
    watches.publish(new Change.Put(item));
    return item;
  }

  private boolean remove(String key) {
    items.remove(key);
    lastRevision++;
    watches.publish(new Change.Deleted(key));
    return true;
  }
}

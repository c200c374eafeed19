// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.cluster.storage.Item;
import dev.jtsh.protocol.json.WireJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A record read from the storage with the revision it had.
 *
 * @param value the record
 * @param item where it came from
 */
record Stored<T>(T value, Item item) {
  private static final int PAGE = 500;

  static <T> Stored<T> of(Item item, Class<T> type) {
    return new Stored<>(WireJson.read(item.value(), type), item);
  }

  static <T> Optional<Stored<T>> get(Backend backend, String key, Class<T> type) {
    return backend.get(key).map(item -> of(item, type));
  }

  static <T> List<Stored<T>> all(Backend backend, String prefix, Class<T> type) {
    List<Stored<T>> all = new ArrayList<>();
    List<Item> page = backend.range(prefix, "", PAGE);
    while (!page.isEmpty()) {
      page.forEach(item -> all.add(of(item, type)));
      page = page.size() < PAGE ? List.of() : backend.range(prefix, page.getLast().key(), PAGE);
    }
    return all;
  }

  /** Stores {@code next} if nobody changed the record since; keeps its expiry. */
  Optional<Stored<T>> swap(Backend backend, T next) {
    return backend
        .compareAndSwap(
            item.key(), item.revision(), WireJson.write(next), item.expires().orElse(null))
        .map(stored -> new Stored<>(next, stored));
  }
}

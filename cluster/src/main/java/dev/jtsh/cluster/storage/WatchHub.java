// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands changes to watches in the order they were published, on one thread of its own, so that a
 * listener may call the backend again.
 */
final class WatchHub implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(WatchHub.class);

  private record Subscription(String prefix, Consumer<Backend.Change> listener) {}

  private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
  private final ExecutorService dispatcher =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("storage-watch").daemon(true).factory());

  Backend.Watch add(String prefix, Consumer<Backend.Change> listener) {
    var subscription = new Subscription(prefix, listener);
    subscriptions.add(subscription);
    return () -> subscriptions.remove(subscription);
  }

  /** Called under the driver's lock, so that the queue has the order of the revisions. */
  void publish(Backend.Change change) {
    try {
      dispatcher.execute(() -> deliver(change));
    } catch (RejectedExecutionException e) {
      logger.debug("change after close is not delivered");
    }
  }

  private void deliver(Backend.Change change) {
    for (Subscription subscription : subscriptions) {
      if (change.key().startsWith(subscription.prefix())) {
        try {
          subscription.listener().accept(change);
        } catch (RuntimeException e) {
          logger.error("a watch of storage failed", e);
        }
      }
    }
  }

  @Override
  public void close() {
    subscriptions.clear();
    dispatcher.shutdown();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every storage driver must do. A driver's test extends this and opens its driver. */
abstract class BackendContract {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T09:00:00Z"));
  private Backend backend = new MemoryBackend(now::get);

  abstract Backend open(InstantSource clock) throws Exception;

  @BeforeEach
  void openBackend() throws Exception {
    backend.close();
    backend = open(now::get);
  }

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void createdItemIsReadBackAndCannotBeCreatedAgain() {
    Item created = backend.create("a/1", bytes("one"), null).orElseThrow();

    assertThat(text(backend.get("a/1"))).isEqualTo("one");
    assertThat(backend.get("a/1").orElseThrow().revision()).isEqualTo(created.revision());
    assertThat(backend.create("a/1", bytes("two"), null)).isEmpty();
    assertThat(text(backend.get("a/1"))).isEqualTo("one");
  }

  @Test
  void everyChangeHasAHigherRevisionAlsoAfterDelete() {
    long first = backend.put("k", bytes("1"), null).revision();
    long second = backend.put("k", bytes("2"), null).revision();
    backend.delete("k");
    long third = backend.create("k", bytes("3"), null).orElseThrow().revision();

    assertThat(second).isGreaterThan(first);
    assertThat(third).isGreaterThan(second);
  }

  @Test
  void compareAndSwapLosesAgainstAnyOtherChange() {
    long revision = backend.put("k", bytes("1"), null).revision();

    assertThat(backend.compareAndSwap("k", revision, bytes("2"), null)).isPresent();
    assertThat(backend.compareAndSwap("k", revision, bytes("3"), null)).isEmpty();
    assertThat(backend.compareAndSwap("absent", revision, bytes("3"), null)).isEmpty();
    assertThat(text(backend.get("k"))).isEqualTo("2");
  }

  @Test
  void ofManyThreadsThatSwapTheSameRevisionOneWins() throws Exception {
    for (int round = 0; round < 20; round++) {
      long revision = backend.put("k", bytes("start"), null).revision();
      List<Callable<Boolean>> racers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        byte[] value = bytes("racer " + i);
        racers.add(() -> backend.compareAndSwap("k", revision, value, null).isPresent());
      }
      assertThat(winners(racers)).isOne();
    }
  }

  @Test
  void ofManyThreadsThatDeleteTheSameRevisionOneWins() throws Exception {
    long revision = backend.put("k", bytes("token"), null).revision();
    List<Callable<Boolean>> racers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      racers.add(() -> backend.delete("k", revision));
    }

    assertThat(winners(racers)).isOne();
    assertThat(backend.get("k")).isEmpty();
  }

  @Test
  void deleteAtAnOldRevisionRemovesNothing() {
    long revision = backend.put("k", bytes("1"), null).revision();
    backend.put("k", bytes("2"), null);

    assertThat(backend.delete("k", revision)).isFalse();
    assertThat(backend.get("k")).isPresent();
  }

  @Test
  void expiredItemIsAsIfItWereNotThere() {
    long revision = backend.put("k", bytes("1"), now.get().plusSeconds(10)).revision();
    now.set(now.get().plusSeconds(10));

    assertThat(backend.get("k")).isEmpty();
    assertThat(backend.range("", "", 10)).isEmpty();
    assertThat(backend.compareAndSwap("k", revision, bytes("2"), null)).isEmpty();
    assertThat(backend.delete("k")).isFalse();
    assertThat(backend.create("k", bytes("3"), null)).isPresent();
  }

  @Test
  void rangeGivesKeysUnderThePrefixInOrderPageByPage() {
    for (String key : List.of("b/2", "a/9", "b/1", "b/3", "c", "b")) {
      backend.put(key, bytes(key), null);
    }

    assertThat(backend.range("b/", "", 2)).extracting(Item::key).containsExactly("b/1", "b/2");
    assertThat(backend.range("b/", "b/2", 2)).extracting(Item::key).containsExactly("b/3");
    assertThat(backend.range("", "", 10)).hasSize(6);
  }

  @Test
  void prefixIsTakenLetterByLetter() {
    backend.put("a%b/1", bytes("1"), null);
    backend.put("aXb/1", bytes("2"), null);
    backend.put("a_b/1", bytes("3"), null);

    assertThat(backend.range("a%b/", "", 10)).extracting(Item::key).containsExactly("a%b/1");
    assertThat(backend.range("A", "", 10)).isEmpty();
  }

  @Test
  void watchSeesChangesUnderItsPrefixInOrder() throws Exception {
    BlockingQueue<Backend.Change> changes = new LinkedBlockingQueue<>();
    Backend.Watch watch = backend.watch("a/", changes::add);
    try (watch) {
      backend.put("b/1", bytes("other"), null);
      backend.put("a/1", bytes("one"), now.get().plusSeconds(1));
      backend.put("a/2", bytes("two"), null);
      backend.delete("a/2");
      now.set(now.get().plusSeconds(2));
      assertThat(backend.removeExpired()).isOne();

      assertThat(next(changes)).isInstanceOf(Backend.Change.Put.class);
      assertThat(next(changes).key()).isEqualTo("a/2");
      assertThat(next(changes)).isEqualTo(new Backend.Change.Deleted("a/2"));
      assertThat(next(changes)).isEqualTo(new Backend.Change.Deleted("a/1"));
    }
  }

  @Test
  void listenerMayChangeTheStoreItself() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    backend.watch(
        "x/",
        change -> {
          seen.add(change.key());
          if (change.key().equals("x/1")) {
            backend.put("x/2", bytes("from the listener"), null);
          }
        });
    backend.put("x/1", bytes("1"), null);

    assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("x/1");
    assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("x/2");
  }

  @Test
  void changingAReturnedValueChangesNothingStored() {
    backend.put("k", bytes("1"), null);
    backend.get("k").orElseThrow().value()[0] = 'X';

    assertThat(text(backend.get("k"))).isEqualTo("1");
  }

  @Test
  void keysAndValuesAreBounded() {
    assertThatIllegalArgumentException().isThrownBy(() -> backend.put("", bytes("1"), null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> backend.put("k".repeat(1025), bytes("1"), null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> backend.put("k", new byte[Backend.VALUE_BYTES_MAX + 1], null));
  }

  private static long winners(List<Callable<Boolean>> racers) throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> results = executor.invokeAll(racers);
      return results.stream().filter(Future::resultNow).count();
    }
  }

  private static Backend.Change next(BlockingQueue<Backend.Change> changes) throws Exception {
    Backend.Change change = changes.poll(30, TimeUnit.SECONDS);
    assertThat(change).as("a change within five seconds").isNotNull();
    return java.util.Objects.requireNonNull(change);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static String text(Optional<Item> item) {
    return new String(item.orElseThrow().value(), UTF_8);
  }
}

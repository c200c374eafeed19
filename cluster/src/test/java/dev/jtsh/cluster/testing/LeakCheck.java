// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class in which a buffer was dropped without being released. */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  @Override
  public void beforeAll(@Nullable ExtensionContext context) {
    collect(); // What others left behind is theirs.
    LeakDetectors.LEAKS.clear();
  }

  @Override
  public void afterAll(@Nullable ExtensionContext context) {
    collect();
    assertThat(LeakDetectors.LEAKS).isEmpty();
  }

  private static void collect() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      // A leak is reported when the next buffer is made.
      for (int j = 0; j < 10; j++) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer(16);
        buffer.release();
      }
    }
  }
}

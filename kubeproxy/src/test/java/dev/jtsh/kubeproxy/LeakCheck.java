// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class in which a buffer was dropped without being released. */
final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

  static {
    // Before any buffer exists: buffers keep the detector they were made with.
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Override
          @Deprecated
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval, long maxActive) {
            return detector(resource);
          }

          @Override
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval) {
            return detector(resource);
          }
        });
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  private static <T> ResourceLeakDetector<T> detector(Class<T> resource) {
    return new ResourceLeakDetector<>(resource, 1) {
      @Override
      protected boolean needReport() {
        return true;
      }

      @Override
      protected void reportTracedLeak(String type, String records) {
        LEAKS.add(type + records);
      }

      @Override
      protected void reportUntracedLeak(String type) {
        LEAKS.add(type);
      }
    };
  }

  @Override
  public void beforeAll(@Nullable ExtensionContext context) {
    LEAKS.clear();
  }

  @Override
  public void afterAll(@Nullable ExtensionContext context) {
    for (int i = 0; i < 3; i++) {
      System.gc();
      // A leak is reported when the next buffer is made.
      for (int j = 0; j < 10; j++) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer(16);
        buffer.release();
      }
    }
    assertThat(LEAKS).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.Extension;

/**
 * Keeps the leaks of buffers for {@link LeakCheck}. Found by JUnit before the first test class:
 * buffers keep the detector that was there when their allocator was made.
 */
public final class LeakDetectors implements Extension {
  static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

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
}

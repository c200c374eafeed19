// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import dev.jtsh.tests.fixtures.BufferLeaks;
import org.junit.jupiter.api.extension.Extension;

/** Has buffers watched for {@link LeakCheck}: JUnit finds it before the first test class. */
public final class LeakDetectors implements Extension {
  static {
    BufferLeaks.watch();
  }
}

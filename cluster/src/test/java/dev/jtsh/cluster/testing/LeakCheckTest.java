// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** Whoever watches for leaks sees one. */
class LeakCheckTest {
  private final LeakCheck check = new LeakCheck();

  @Test
  void bufferThatIsDroppedFailsTheClass() {
    check.beforeAll(null);
    for (int i = 0; i < 100; i++) {
      assertThat(PooledByteBufAllocator.DEFAULT.buffer(64).isReadable()).isFalse();
    }
    assertThatThrownBy(() -> check.afterAll(null))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("ByteBuf");
    check.beforeAll(null);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.RecyclerPool;
import java.util.Arrays;

/**
 * Buffers for one document each, zeroed when it is done: Jackson would keep the text it decoded, a
 * password among it, for the next document.
 */
final class WipedBuffers implements RecyclerPool<BufferRecycler> {
  private static final long serialVersionUID = 1;

  @Override
  public BufferRecycler acquirePooled() {
    return new Wiping();
  }

  @Override
  public void releasePooled(BufferRecycler pooled) {
    // Not kept.
  }

  private static final class Wiping extends BufferRecycler {
    @Override
    public void releaseByteBuffer(int index, byte[] buffer) {
      Arrays.fill(buffer, (byte) 0);
      super.releaseByteBuffer(index, buffer);
    }

    @Override
    public void releaseCharBuffer(int index, char[] buffer) {
      Arrays.fill(buffer, '\0');
      super.releaseCharBuffer(index, buffer);
    }
  }
}

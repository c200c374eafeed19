// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.storage;

import java.time.InstantSource;

class MemoryBackendTest extends BackendContract {
  @Override
  Backend open(InstantSource clock) {
    return new MemoryBackend(clock);
  }
}

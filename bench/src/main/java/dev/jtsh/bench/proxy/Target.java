// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.proxy;

import dev.jtsh.bench.RunningProgram;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something that can be asked for the upstream's pages.
 *
 * @param name in the results
 * @param scheme of its URLs; not every one has TLS in front
 * @param port on 127.0.0.1
 * @param http2 whether it speaks HTTP/2 to its clients
 * @param program what to look at for CPU and memory; null for the upstream itself
 * @param certificate what its clients present
 * @param key the key of that
 * @param authority who signed its own certificate
 */
record Target(
    String name,
    String scheme,
    int port,
    boolean http2,
    @Nullable RunningProgram program,
    Path certificate,
    Path key,
    Path authority)
    implements AutoCloseable {

  String url(String path) {
    return scheme + "://127.0.0.1:" + port + path;
  }

  @Override
  public void close() {
    if (program != null) {
      program.close();
    }
  }
}

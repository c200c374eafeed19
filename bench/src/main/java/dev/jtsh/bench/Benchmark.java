// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import java.io.IOException;

/** One benchmark, known by its name on the command line. */
public interface Benchmark {
  /** What to type, and the name of the result's files. */
  String name();

  /** One line for the list. */
  String purpose();

  /** Measures. Stops all it started, also when it fails. */
  Measurements run(Scale scale) throws IOException, InterruptedException;
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.jtsh.cluster.config.ConfigException;
import dev.jtsh.cluster.config.ConfigOverrides;
import dev.jtsh.cluster.config.ConfigReader;

/** The operator's own file: not hostile, but typed by hand. */
public final class ConfigurationTarget {
  private ConfigurationTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    try {
      ConfigReader.readText("f", data.consumeRemainingAsString(), ConfigOverrides.NONE);
    } catch (ConfigException expected) {
      // Names the line.
    }
  }
}

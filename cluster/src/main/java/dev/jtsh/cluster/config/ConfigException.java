// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import java.io.Serial;

/** A configuration that cannot be used. The message says where and what is allowed instead. */
public final class ConfigException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With the whole message. */
  public ConfigException(String message) {
    super(message);
  }

  static ConfigException at(String file, YamlNode.Place place, String message) {
    return new ConfigException(
        "%s:%d:%d: %s".formatted(file, place.line(), place.column(), message));
  }
}

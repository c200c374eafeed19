// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import java.util.List;
import java.util.Map;

/** A YAML document as a tree that remembers where everything stood. */
sealed interface YamlNode {
  /** Where it begins. */
  Place place();

  /**
   * A place in a file.
   *
   * @param line from 1
   * @param column from 1
   */
  record Place(int line, int column) {}

  /** Text, number or word: as it was written. */
  record Scalar(Place place, String text) implements YamlNode {}

  /** Nothing after a key. */
  record Nothing(Place place) implements YamlNode {}

  /** A list. */
  record Items(Place place, List<YamlNode> items) implements YamlNode {}

  /** Keys and values. */
  record Mapping(Place place, Map<String, Entry> entries) implements YamlNode {}

  /**
   * A value and where its key stood.
   *
   * @param keyPlace place of the key
   * @param value what follows it
   */
  record Entry(Place keyPlace, YamlNode value) {}
}

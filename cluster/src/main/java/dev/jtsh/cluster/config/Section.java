// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import dev.jtsh.protocol.time.GoDuration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One mapping of a YAML file, read key by key. What is not asked for is not allowed: the keys are
 * named when the section is opened.
 */
public final class Section {
  private final String file;
  private final String title;
  private final YamlNode.Mapping node;

  private Section(String file, String title, YamlNode.Mapping node) {
    this.file = file;
    this.title = title;
    this.node = node;
  }

  /**
   * Opens a whole file.
   *
   * @param keys every key that may stand there
   * @throws ConfigException if it cannot be read or holds another key
   */
  public static Section open(Path file, String... keys) {
    return open(file.toString(), "this file", YamlReader.read(file), keys);
  }

  /** Opens a text; {@code file} is the name in messages. */
  public static Section open(String file, String text, List<String> keys) {
    return open(file, "this file", YamlReader.read(file, text), keys.toArray(String[]::new));
  }

  private static Section open(String file, String title, YamlNode node, String... keys) {
    if (!(node instanceof YamlNode.Mapping mapping)) {
      throw ConfigException.at(
          file, node.place(), title + " must hold keys: " + String.join(", ", keys));
    }
    List<String> allowed = List.of(keys);
    mapping
        .entries()
        .forEach((key, entry) -> {
          if (!allowed.contains(key)) {
            throw ConfigException.at(
                file,
                entry.keyPlace(),
                "unknown key \"%s\" in %s; allowed: %s"
                    .formatted(Shown.of(key), title, String.join(", ", allowed)));
          }
        });
    return new Section(file, title, mapping);
  }

  /** Text of a key, if it is there. */
  public Optional<String> text(String key) {
    return value(key).map(value -> scalar(key, value).text());
  }

  /** Text of a key that must be there. */
  public String requiredText(String key) {
    return text(key)
        .orElseThrow(
            () -> ConfigException.at(file, node.place(), title + " needs \"" + key + "\""));
  }

  /**
   * A value with rules of its own.
   *
   * @param parser throws {@link IllegalArgumentException} with a message that says what is allowed
   */
  public <T> Optional<T> parsed(String key, Function<String, T> parser) {
    Optional<YamlNode> value = value(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    YamlNode.Scalar scalar = scalar(key, value.get());
    try {
      return Optional.of(parser.apply(scalar.text()));
    } catch (IllegalArgumentException e) {
      throw ConfigException.at(
          file,
          scalar.place(),
          "\"%s\" is \"%s\": %s".formatted(key, Shown.of(scalar.text()), e.getMessage()));
    }
  }

  /** A duration such as {@code 12h} or {@code 1h30m}. */
  public Optional<Duration> duration(String key) {
    return parsed(key, GoDuration::parse);
  }

  /** {@code true} or {@code false}. */
  public Optional<Boolean> flag(String key) {
    return parsed(
        key,
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true", "yes", "on" -> true;
              case "false", "no", "off" -> false;
              default -> throw new IllegalArgumentException("write true or false");
            });
  }

  /** A list of texts; one text alone is a list of one. */
  public List<String> texts(String key) {
    return value(key).map(value -> texts(key, value)).orElse(List.of());
  }

  /** Keys of any name with lists of texts; one text alone is a list of one. */
  public Map<String, List<String>> textLists(String key) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    value(key)
        .ifPresent(value ->
            mapping(key, value)
                .entries()
                .forEach((name, entry) -> lists.put(name, texts(name, entry.value()))));
    return lists;
  }

  /** Keys of any name with one text each. */
  public Map<String, String> textMap(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    value(key)
        .ifPresent(value ->
            mapping(key, value)
                .entries()
                .forEach((name, entry) -> texts.put(name, scalar(name, entry.value()).text())));
    return texts;
  }

  /** The section under a key, if it is there. */
  public Optional<Section> section(String key, String... keys) {
    return value(key).map(value -> open(file, "\"" + key + "\"", value, keys));
  }

  /** The sections of a list under a key. */
  public List<Section> sections(String key, String... keys) {
    Optional<YamlNode> value = value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!(value.get() instanceof YamlNode.Items items)) {
      throw ConfigException.at(file, value.get().place(), "\"" + key + "\" must be a list");
    }
    return items.items().stream()
        .map(item -> open(file, "an entry of \"" + key + "\"", item, keys))
        .toList();
  }

  /** An error at the place of a key's value, or of the section when the key is absent. */
  public ConfigException error(String key, String message) {
    YamlNode.Entry entry = node.entries().get(key);
    return ConfigException.at(file, entry == null ? node.place() : entry.value().place(), message);
  }

  private Optional<YamlNode> value(String key) {
    YamlNode.Entry entry = node.entries().get(key);
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.value() instanceof YamlNode.Nothing
        || (entry.value() instanceof YamlNode.Scalar scalar && scalar.text().isEmpty())) {
      throw ConfigException.at(
          file, entry.keyPlace(), "\"" + key + "\" has no value; give one or leave the key out");
    }
    return Optional.of(entry.value());
  }

  private List<String> texts(String key, YamlNode value) {
    return value instanceof YamlNode.Items items
        ? items.items().stream().map(item -> scalar(key, item).text()).toList()
        : List.of(scalar(key, value).text());
  }

  private YamlNode.Scalar scalar(String key, YamlNode value) {
    if (value instanceof YamlNode.Scalar scalar) {
      return scalar;
    }
    throw ConfigException.at(
        file,
        value.place(),
        "\"" + Shown.of(key) + "\" must be one value, not a list or a section");
  }

  private YamlNode.Mapping mapping(String key, YamlNode value) {
    if (value instanceof YamlNode.Mapping mapping) {
      return mapping;
    }
    throw ConfigException.at(file, value.place(), "\"" + key + "\" must hold keys and values");
  }
}

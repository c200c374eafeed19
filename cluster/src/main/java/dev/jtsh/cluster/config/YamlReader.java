// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.jtsh.protocol.text.FileFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one YAML document into {@link YamlNode}s: no anchors, no tags, no repeated keys. */
final class YamlReader {
  private static final int MAX_BYTES = 256 * 1024;
  private static final int MAX_DEPTH = 16;
  private static final YAMLFactory FACTORY =
      YAMLFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxDocumentLength(MAX_BYTES)
                  .build())
          .build();

  private final String file;
  private final YAMLParser parser;

  private YamlReader(String file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /** The only document of a file. */
  static YamlNode read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(file + ": is longer than " + MAX_BYTES + " bytes");
      }
      return read(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": there is no such file");
    } catch (IOException e) {
      throw new ConfigException("%s: cannot be read: %s".formatted(file, FileFailure.of(e)));
    }
  }

  /** The only document of a text; {@code file} is the name in messages. */
  static YamlNode read(String file, String text) {
    try (YAMLParser parser = FACTORY.createParser(text)) {
      return new YamlReader(file, parser).document();
    } catch (JsonProcessingException e) {
      String message = e.getOriginalMessage().lines().findFirst().orElse("malformed YAML");
      throw ConfigException.at(file, place(e.getLocation()), "malformed YAML: " + message);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory failed", e);
    }
  }

  private YamlNode document() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return new YamlNode.Mapping(new YamlNode.Place(1, 1), Map.of());
    }
    YamlNode node = node(first);
    if (parser.nextToken() != null) {
      throw at("only one document is allowed in this file");
    }
    return node;
  }

  private YamlNode node(JsonToken token) throws IOException {
    if (parser.isCurrentAlias() || parser.getObjectId() != null) {
      throw at("anchors and aliases are not allowed");
    }
    if (parser.getTypeId() != null) {
      throw at("tags are not allowed");
    }
    return switch (token) {
      case START_OBJECT -> mapping();
      case START_ARRAY -> items();
      case VALUE_NULL -> new YamlNode.Nothing(here());
      default -> new YamlNode.Scalar(here(), parser.getText());
    };
  }

  private YamlNode mapping() throws IOException {
    YamlNode.Place place = here();
    Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      YamlNode.Place keyPlace = here();
      YamlNode value = node(parser.nextToken());
      if (entries.put(key, new YamlNode.Entry(keyPlace, value)) != null) {
        throw ConfigException.at(file, keyPlace, "key \"" + Shown.of(key) + "\" is repeated");
      }
    }
    return new YamlNode.Mapping(place, entries);
  }

  private YamlNode items() throws IOException {
    YamlNode.Place place = here();
    List<YamlNode> items = new ArrayList<>();
    for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
      items.add(node(t));
    }
    return new YamlNode.Items(place, items);
  }

  private ConfigException at(String message) {
    return ConfigException.at(file, here(), message);
  }

  private YamlNode.Place here() {
    return place(((JsonParser) parser).currentTokenLocation());
  }

  private static YamlNode.Place place(@Nullable JsonLocation location) {
    return location == null
        ? new YamlNode.Place(1, 1)
        : new YamlNode.Place(
            Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }
}

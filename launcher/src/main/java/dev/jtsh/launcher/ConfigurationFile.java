// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.jtsh.protocol.text.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings without secrets for people who always use the same proxy: {@code /etc/jtsh.yaml} for a
 * machine, {@code $XDG_CONFIG_HOME/jtsh/config.yaml} for a person. The keys are {@code proxy},
 * {@code user}, {@code cluster}, {@code ca_file} and {@code ca_pin}.
 */
public final class ConfigurationFile {
  private static final List<String> KEYS =
      List.of("proxy", "user", "cluster", "ca_file", PinSettings.KEY);
  private static final long SIZE_MAX_BYTES = 64 * 1024;

  private ConfigurationFile() {}

  /** The places that are read, the one that wins first. */
  public static List<Path> places(Map<String, String> environment, Path home) {
    String xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path own = xdg.startsWith("/") ? Path.of(xdg) : home.resolve(".config");
    return List.of(own.resolve("jtsh/config.yaml"), Path.of("/etc/jtsh.yaml"));
  }

  /**
   * Reads every file that exists; a key of an earlier file wins.
   *
   * @throws SettingsException when a file cannot be read, is no map of texts, or has a key jtsh
   *     does not know
   */
  public static Map<String, String> read(List<Path> places) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (Path place : places) {
      if (Files.isDirectory(place)) {
        throw new SettingsException(place + " is a directory: it must be a file");
      }
      if (Files.isRegularFile(place)) {
        readOne(place).forEach(settings::putIfAbsent);
      }
    }
    return settings;
  }

  private static YAMLMapper mapper() {
    return YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  }

  private static Map<String, String> readOne(Path file) {
    Map<String, String> settings = new LinkedHashMap<>();
    try {
      if (Files.size(file) > SIZE_MAX_BYTES) {
        throw new SettingsException(file + " is larger than 64 KiB: this is no file of jtsh");
      }
      JsonNode root = mapper().readTree(Files.readString(file));
      if (root == null || root.isMissingNode() || root.isNull()) {
        return settings;
      }
      if (!root.isObject()) {
        throw new SettingsException(file + " must hold lines such as `proxy: example.com:443`");
      }
      for (Map.Entry<String, JsonNode> entry : root.properties()) {
        if (!KEYS.contains(entry.getKey())) {
          throw new SettingsException(
              "%s: unknown setting \"%s\"; known: %s"
                  .formatted(file, entry.getKey(), String.join(", ", KEYS)));
        }
        if (!entry.getValue().isTextual()) {
          throw new SettingsException("%s: %s must be a text".formatted(file, entry.getKey()));
        }
        settings.put(entry.getKey(), entry.getValue().textValue());
      }
      return settings;
    } catch (JacksonException e) {
      String line =
          Optional.ofNullable(e.getLocation())
              .map(JsonLocation::getLineNr)
              .map(number -> " line " + number)
              .orElse("");
      throw new SettingsException(
          "%s%s is not valid YAML: lines such as `proxy: example.com:443`, each key once, no tabs"
              .formatted(file, line));
    } catch (IOException e) {
      throw new SettingsException("cannot read %s: %s".formatted(file, FileFailure.of(e)));
    }
  }
}

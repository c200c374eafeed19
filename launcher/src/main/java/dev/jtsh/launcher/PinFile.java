// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.jtsh.client.HostPins;
import dev.jtsh.client.ProxyAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The machine's pins of host authorities: lines {@code proxy: [pins]} in a file of root's, where
 * the proxy is a host, {@code host:port}, or {@code "*"} for all that are not named. What it says
 * holds whatever a person's options, variables and files say (security rule 23).
 */
final class PinFile {
  /** Where it is; beside the machine's other settings. */
  static final Path PLACE = Path.of("/etc/jtsh-pins.yaml");

  private static final String ALL_OTHERS = "*";
  private static final int ROOT = 0;
  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int FILE_TYPE = 0170000;
  private static final int LINK = 0120000;
  private static final long SIZE_MAX_BYTES = 64 * 1024;

  private final Map<String, HostPins.Rule> rules;

  private PinFile(Map<String, HostPins.Rule> rules) {
    this.rules = rules;
  }

  /** Who may write a file or directory. */
  @FunctionalInterface
  interface Rights {
    /** Of a link itself, not of what it points to. */
    Right of(Path path) throws IOException;

    /** As the system says it. */
    static Right ofSystem(Path path) throws IOException {
      Map<String, Object> said =
          Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
      if (said.get("uid") instanceof Integer uid && said.get("mode") instanceof Integer mode) {
        return new Right(uid, mode);
      }
      throw new IOException("the system does not say who owns " + path);
    }
  }

  /**
   * Owner and mode.
   *
   * @param uid the owner
   * @param mode as stat(2) gives it
   */
  record Right(int uid, int mode) {
    private boolean rootsAlone() {
      return uid == ROOT && ((mode & FILE_TYPE) == LINK || (mode & WRITABLE_BY_OTHERS) == 0);
    }
  }

  /**
   * Reads the file; where there is none nothing is pinned.
   *
   * @throws SettingsException when it, or a directory on the way to it, is not root's or writable
   *     by others, and when it cannot be understood: nothing may pass then
   */
  static PinFile read(Path file, Rights rights) {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return new PinFile(Map.of());
    }
    try {
      requireRoots(file.toAbsolutePath(), rights);
      requireRoots(file.toRealPath(), rights);
      if (Files.size(file) > SIZE_MAX_BYTES) {
        throw new SettingsException(file + " is larger than 64 KiB: this is no file of jtsh");
      }
      return new PinFile(rules(file));
    } catch (JacksonException e) {
      throw new SettingsException(file + " is not valid YAML, or names a proxy twice");
    } catch (IOException e) {
      throw new SettingsException("cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static void requireRoots(Path file, Rights rights) throws IOException {
    for (Path at = file; at != null; at = at.getParent()) {
      if (!rights.of(at).rootsAlone()) {
        throw new SettingsException(
            "%s is not trusted: %s must be root's, and writable by root only"
                .formatted(file, at.equals(file) ? "it" : at.toString()));
      }
    }
  }

  private static Map<String, HostPins.Rule> rules(Path file) throws IOException {
    YAMLMapper mapper = new YAMLMapper();
    mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    JsonNode root = mapper.readTree(Files.readString(file));
    Map<String, HostPins.Rule> rules = new LinkedHashMap<>();
    if (root == null || root.isMissingNode() || root.isNull()) {
      return rules;
    }
    if (!root.isObject()) {
      throw new SettingsException(file + " must hold lines such as `example.com: sha256:...`");
    }
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      rules.put(key(file, entry.getKey()), rule(file, entry));
    }
    return rules;
  }

  private static String key(Path file, String written) {
    if (written.equals(ALL_OTHERS)) {
      return written;
    }
    try {
      ProxyAddress address = ProxyAddress.parse(written);
      // A port that was not written holds for all.
      boolean port = ProxyAddress.candidates(written).size() == 1;
      return port ? address.hostPort() : bare(address.host());
    } catch (IllegalArgumentException e) {
      throw new SettingsException("%s: \"%s\" is no proxy".formatted(file, written));
    }
  }

  private static HostPins.Rule rule(Path file, Map.Entry<String, JsonNode> entry) {
    List<String> pins = new ArrayList<>();
    JsonNode said = entry.getValue();
    for (JsonNode pin : said.isArray() ? said : List.of(said)) {
      if (!pin.isTextual()) {
        throw new SettingsException(
            "%s: %s needs a pin, or a list of pins".formatted(file, entry.getKey()));
      }
      pins.add(pin.textValue());
    }
    try {
      return HostPins.Rule.parse(file.toString(), pins);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          "%s (%s)".formatted(String.valueOf(e.getMessage()), entry.getKey()));
    }
  }

  /** What it says about a proxy. */
  Optional<HostPins.Rule> about(ProxyAddress proxy) {
    for (String key : List.of(proxy.hostPort(), bare(proxy.host()), ALL_OTHERS)) {
      HostPins.Rule rule = rules.get(key);
      if (rule != null) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }

  /** Without the dot at the end, which means the same host. */
  private static String bare(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}

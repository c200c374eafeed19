// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The entries that {@code jtsh kube login} or {@code tsh kube login} left in the user's kubeconfig.
 * Ours are the users whose {@code exec} runs {@code kube credentials} for one proxy, the contexts
 * with these users, and the clusters that no other context needs. Everything else is kept, in its
 * order, unknown keys included.
 */
public final class KubeconfigEntries {
  private static final String PREVIOUS_CONTEXT = "teleport-prev-selec-ctx";
  private static final int FILE_BYTES_MAX = 16 << 20;
  private static final Duration LOCK_WAIT = Duration.ofSeconds(5);
  private static final Duration LOCK_RETRY = Duration.ofMillis(50);

  private final List<Path> files;
  private final YAMLMapper yaml =
      new YAMLMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .build());

  /** Looks into these files; those that do not exist are passed over. */
  public KubeconfigEntries(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /** The files kubectl would read: those of {@code KUBECONFIG}, else {@code ~/.kube/config}. */
  public static KubeconfigEntries ofEnvironment(Map<String, String> environment, Path home) {
    var files = new ArrayList<Path>();
    for (String name : environment.getOrDefault("KUBECONFIG", "").split(File.pathSeparator, -1)) {
      if (!name.isEmpty()) {
        files.add(Path.of(name));
      }
    }
    return new KubeconfigEntries(
        files.isEmpty() ? List.of(home.resolve(".kube").resolve("config")) : files);
  }

  /**
   * Removes the entries made for one proxy and brings back the context that was current before.
   *
   * @param proxy the proxy's web address
   * @param teleportCluster its cluster: entries that name no proxy are ours when they name it
   * @return how many users, contexts and clusters were removed
   * @throws IOException naming the file, when one cannot be read, locked or written
   */
  public int removeFor(ProxyAddress proxy, String teleportCluster) throws IOException {
    int removed = 0;
    for (Path file : files) {
      if (Files.isRegularFile(file)) {
        removed += removeFrom(file.toRealPath(), proxy, teleportCluster);
      }
    }
    return removed;
  }

  private int removeFrom(Path file, ProxyAddress proxy, String teleportCluster) throws IOException {
    // A descriptor of ours, as KUBECONFIG in a headless shell names one, holds nothing of this.
    if (file.startsWith("/proc") || read(file, proxy, teleportCluster).removed() == 0) {
      return 0;
    }
    Path lock = file.resolveSibling(file.getFileName() + ".lock");
    acquire(lock);
    try {
      Cleaned cleaned = read(file, proxy, teleportCluster);
      if (cleaned.removed() > 0) {
        replace(file, yaml.writeValueAsBytes(cleaned.config()));
      }
      return cleaned.removed();
    } finally {
      Files.deleteIfExists(lock);
    }
  }

  private record Cleaned(JsonNode config, int removed) {}

  private Cleaned read(Path file, ProxyAddress proxy, String teleportCluster) throws IOException {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException(file + " is larger than 16 MiB");
    }
    JsonNode config;
    try {
      config = yaml.readTree(Files.readString(file, UTF_8));
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not readable YAML; nothing was changed in it", e);
    }
    return config instanceof ObjectNode object
        ? new Cleaned(config, clean(object, proxy, teleportCluster))
        : new Cleaned(config, 0);
  }

  private static int clean(ObjectNode config, ProxyAddress proxy, String teleportCluster) {
    var users = new HashSet<String>();
    int removed =
        removeIf(
            config,
            "users",
            user -> {
              boolean ours = isOurs(user.path("user").path("exec"), proxy, teleportCluster);
              if (ours) {
                users.add(user.path("name").asText());
              }
              return ours;
            });
    String current = config.path("current-context").asText();
    var clusters = new HashSet<String>();
    var previous = new ArrayList<String>();
    removed +=
        removeIf(
            config,
            "contexts",
            context -> {
              boolean ours = users.contains(context.path("context").path("user").asText());
              if (ours) {
                clusters.add(context.path("context").path("cluster").asText());
                if (context.path("name").asText().equals(current)) {
                  previous.add(previousContext(context.path("context")));
                }
              }
              return ours;
            });
    clusters.removeAll(clustersInUse(config));
    removed +=
        removeIf(config, "clusters", cluster -> clusters.contains(cluster.path("name").asText()));
    if (!previous.isEmpty()) {
      String back = previous.getFirst();
      config.put("current-context", hasContext(config, back) ? back : "");
    }
    return removed;
  }

  /** {@code exec: {command: …/tsh, args: [kube, credentials, --proxy=…, --teleport-cluster=…]}}. */
  private static boolean isOurs(JsonNode exec, ProxyAddress proxy, String teleportCluster) {
    String command = exec.path("command").asText();
    String program = command.substring(command.lastIndexOf('/') + 1);
    if (!program.equals("tsh") && !program.equals("jtsh")) {
      return false;
    }
    var args = new ArrayList<String>();
    exec.path("args").forEach(arg -> args.add(arg.asText()));
    if (!args.contains("kube") || !args.contains("credentials")) {
      return false;
    }
    for (String arg : args) {
      if (arg.startsWith("--proxy=")) {
        String named = arg.substring("--proxy=".length());
        return named.equals(proxy.hostPort()) || named.equals(proxy.host());
      }
    }
    return args.contains("--teleport-cluster=" + teleportCluster);
  }

  private static String previousContext(JsonNode context) {
    for (JsonNode extension : context.path("extensions")) {
      if (extension.path("name").asText().equals(PREVIOUS_CONTEXT)) {
        return extension.path("extension").asText();
      }
    }
    return "";
  }

  private static Set<String> clustersInUse(ObjectNode config) {
    var inUse = new HashSet<String>();
    config.path("contexts").forEach(c -> inUse.add(c.path("context").path("cluster").asText()));
    return inUse;
  }

  private static boolean hasContext(ObjectNode config, String name) {
    for (JsonNode context : config.path("contexts")) {
      if (!name.isEmpty() && context.path("name").asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static int removeIf(ObjectNode config, String list, Predicate<JsonNode> unwanted) {
    if (!(config.path(list) instanceof ArrayNode entries)) {
      return 0;
    }
    int before = entries.size();
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (unwanted.test(entries.get(i))) {
        entries.remove(i);
      }
    }
    return before - entries.size();
  }

  /** The lock file of kubectl and client-go: whoever makes it has it. */
  private static void acquire(Path lock) throws IOException {
    long deadline = System.nanoTime() + LOCK_WAIT.toNanos();
    while (true) {
      try {
        Files.createFile(lock);
        return;
      } catch (FileAlreadyExistsException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "%s is held by another program; if none is running, remove it".formatted(lock), e);
        }
        pause(lock);
      }
    }
  }

  private static void pause(Path lock) throws IOException {
    try {
      Thread.sleep(LOCK_RETRY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + lock, e);
    }
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    Path fresh =
        Files.createTempFile(
            file.getParent(),
            ".kubeconfig",
            ".jtsh-new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.write(fresh, content);
      Files.setPosixFilePermissions(fresh, mode);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}

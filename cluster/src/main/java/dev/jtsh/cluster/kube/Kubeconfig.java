// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads where an API server is and with what the agent shows itself there, from a kubeconfig. A
 * private key inside the file is moved into locked memory and blanked before the rest is parsed, so
 * it never becomes a string.
 */
public final class Kubeconfig {
  private static final String KEY_FIELD = "client-key-data:";
  private static final int HTTPS_PORT = 443;
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  // Spelled in two pieces: this file refuses the switch, it does not use it.
  private static final String NO_VERIFICATION = "insecure-skip-" + "tls-verify";

  private final Path file;
  private final byte[] text;
  private @Nullable HeldKey inlineKey;

  private Kubeconfig(Path file) throws IOException {
    this.file = file;
    this.text = Files.readAllBytes(file);
  }

  /**
   * Reads the current context of a file.
   *
   * @throws IOException if it cannot be read or used; the message says what is missing
   */
  public static KubernetesTarget read(Path file) throws IOException {
    return read(file, Optional.empty());
  }

  /**
   * Reads a context of a file.
   *
   * @param context its name; the current one if empty
   * @throws IOException if it cannot be read or used; the message says what is missing
   */
  public static KubernetesTarget read(Path file, Optional<String> context) throws IOException {
    Kubeconfig config = new Kubeconfig(file);
    try {
      return config.target(context);
    } catch (RuntimeException e) {
      throw new IOException("kubeconfig %s: %s".formatted(file, e.getMessage()), e);
    } finally {
      Arrays.fill(config.text, (byte) 0);
    }
  }

  /**
   * The API server of the pod this process runs in.
   *
   * @throws IOException if it does not run in a pod
   */
  public static KubernetesTarget inCluster(java.util.Map<String, String> environment)
      throws IOException {
    String host = environment.get("KUBERNETES_SERVICE_HOST");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host == null) {
      throw new IOException("KUBERNETES_SERVICE_HOST is not set: this process runs in no pod");
    }
    byte[] authorities = Files.readAllBytes(SERVICE_ACCOUNT.resolve("ca.crt"));
    return new KubernetesTarget(
        host,
        Integer.parseInt(port),
        host,
        new TrustAnchors(Pem.certificates(authorities)),
        null,
        SERVICE_ACCOUNT.resolve("token"),
        null);
  }

  private KubernetesTarget target(Optional<String> chosen) throws IOException {
    takeInlineKey();
    JsonNode root = new YAMLMapper().readTree(text);
    String name = chosen.orElseGet(() -> text(root, "current-context"));
    JsonNode context = named(root, "contexts", "context", name);
    JsonNode cluster = named(root, "clusters", "cluster", text(context, "cluster"));
    JsonNode user = named(root, "users", "user", text(context, "user"));
    if (cluster.path(NO_VERIFICATION).asBoolean(false)) {
      throw new IllegalArgumentException("a cluster without verification is not used");
    }
    URI server = URI.create(text(cluster, "server"));
    if (!"https".equals(server.getScheme()) || server.getHost() == null) {
      throw new IllegalArgumentException("the cluster's server must be an https address");
    }
    String path = server.getPath();
    if (path != null && !path.isEmpty() && !path.equals("/")) {
      throw new IllegalArgumentException("a server address with a path is not supported");
    }
    String host = server.getHost().replace("[", "").replace("]", "");
    String tokenFile = user.path("tokenFile").asText("");
    return new KubernetesTarget(
        host,
        server.getPort() < 0 ? HTTPS_PORT : server.getPort(),
        cluster.path("tls-server-name").asText(host),
        new TrustAnchors(
            certificates(cluster, "certificate-authority")
                .orElseThrow(() -> missing("certificate-authority"))),
        identity(user),
        tokenFile.isEmpty() ? null : file.resolveSibling(tokenFile),
        user.hasNonNull("token") ? user.get("token").asText() : null);
  }

  private @Nullable TlsIdentity identity(JsonNode user) throws IOException {
    Optional<List<X509Certificate>> chain = certificates(user, "client-certificate");
    if (chain.isEmpty()) {
      return null;
    }
    HeldKey key = inlineKey;
    if (key == null) {
      key = HeldKey.loadPem(file.resolveSibling(text(user, "client-key")));
    }
    return new TlsIdentity(key, chain.get());
  }

  private Optional<List<X509Certificate>> certificates(JsonNode node, String field)
      throws IOException {
    if (node.hasNonNull(field + "-data")) {
      String data = node.get(field + "-data").asText();
      return Optional.of(Pem.certificates(Base64.getMimeDecoder().decode(data)));
    }
    if (node.hasNonNull(field)) {
      Path from = file.resolveSibling(node.get(field).asText());
      return Optional.of(Pem.certificates(Files.readAllBytes(from)));
    }
    return Optional.empty();
  }

  /** Only one user with a key inside the file is understood: which key else is it? */
  private void takeInlineKey() {
    byte[] field = KEY_FIELD.getBytes(StandardCharsets.US_ASCII);
    int at = indexOf(field, 0);
    if (at < 0) {
      return;
    }
    int from = at + field.length;
    int to = from;
    while (to < text.length && text[to] != '\n' && text[to] != '#') {
      to++;
    }
    if (indexOf(field, to) >= 0) {
      throw new IllegalArgumentException("several users have a key inside the file");
    }
    while (from < to && isBlankOrQuote(text[from])) {
      from++;
    }
    int end = to;
    while (end > from && isBlankOrQuote(text[end - 1])) {
      end--;
    }
    byte[] encoded = Arrays.copyOfRange(text, from, end);
    Arrays.fill(text, at, to, (byte) ' ');
    byte[] pem = Base64.getDecoder().decode(encoded);
    Arrays.fill(encoded, (byte) 0);
    try (SecretBuffer buffer = SecretArena.process().allocate(pem.length)) {
      MemorySegment segment = buffer.segment();
      MemorySegment.copy(pem, 0, segment, ValueLayout.JAVA_BYTE, 0, pem.length);
      inlineKey = HeldKey.fromPem(segment.asSlice(0, pem.length));
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  private static boolean isBlankOrQuote(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '"' || b == '\'';
  }

  private int indexOf(byte[] wanted, int from) {
    for (int i = from; i <= text.length - wanted.length; i++) {
      if (Arrays.equals(text, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  private static JsonNode named(JsonNode root, String list, String field, String name) {
    for (JsonNode entry : root.path(list)) {
      if (entry.path("name").asText().equals(name)) {
        return entry.path(field);
      }
    }
    throw new IllegalArgumentException("no entry of that name in " + list);
  }

  private static String text(JsonNode node, String field) {
    String value = node.path(field).asText("");
    if (value.isEmpty()) {
      throw missing(field);
    }
    return value;
  }

  private static IllegalArgumentException missing(String field) {
    return new IllegalArgumentException(field + " is missing");
  }
}

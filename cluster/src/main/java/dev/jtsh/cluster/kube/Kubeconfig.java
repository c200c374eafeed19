// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.jtsh.nativebindings.SecretBase64;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.nativebindings.SecretFile;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads where an API server is and with what the agent shows itself there, from a kubeconfig. The
 * file is read into the arena; a private key inside it is decoded there and blanked before the rest
 * is parsed, so it never comes into the Java heap. A token does: it goes into a header as text.
 */
public final class Kubeconfig {
  private static final String KEY_FIELD = "client-key-data:";
  private static final int HTTPS_PORT = 443;
  private static final int BYTES_MAX = 512 * 1024;
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  // Spelled in two pieces: this file refuses the switch, it does not use it.
  private static final String NO_VERIFICATION = "insecure-skip-" + "tls-verify";

  private final Path file;
  private final MemorySegment text;
  private @Nullable HeldKey inlineKey;

  private Kubeconfig(Path file, MemorySegment text) {
    this.file = file;
    this.text = text;
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
    long size = Files.size(file); // Says in Java's own words that there is none.
    if (size > BYTES_MAX) {
      throw new IOException("kubeconfig %s: longer than %d bytes".formatted(file, BYTES_MAX));
    }
    try (SecretBuffer content = SecretFile.read(file, BYTES_MAX)) {
      return new Kubeconfig(file, content.segment()).target(context);
    } catch (RuntimeException e) {
      throw new IOException("kubeconfig %s: %s".formatted(file, e.getMessage()), e);
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
    JsonNode root = new YAMLMapper().readTree(text.toArray(JAVA_BYTE));
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
    long at = indexOf(field, 0);
    if (at < 0) {
      return;
    }
    long from = at + field.length;
    long to = from;
    while (to < text.byteSize() && byteAt(to) != '\n' && byteAt(to) != '#') {
      to++;
    }
    if (indexOf(field, to) >= 0) {
      throw new IllegalArgumentException("several users have a key inside the file");
    }
    while (from < to && isBlankOrQuote(byteAt(from))) {
      from++;
    }
    long end = to;
    while (end > from && isBlankOrQuote(byteAt(end - 1))) {
      end--;
    }
    try (SecretBuffer pem = SecretBase64.decode(text.asSlice(from, end - from))) {
      inlineKey = HeldKey.fromPem(pem.segment());
    } finally {
      text.asSlice(at, to - at).fill((byte) ' ');
    }
  }

  private byte byteAt(long place) {
    return text.get(JAVA_BYTE, place);
  }

  private static boolean isBlankOrQuote(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '"' || b == '\'';
  }

  private long indexOf(byte[] wanted, long from) {
    MemorySegment looked = MemorySegment.ofArray(wanted);
    for (long i = from; i <= text.byteSize() - wanted.length; i++) {
      if (byteAt(i) == wanted[0] && text.asSlice(i, wanted.length).mismatch(looked) < 0) {
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

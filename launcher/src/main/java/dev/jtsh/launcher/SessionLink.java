// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.jtsh.launcher.doctor.SessionSelf;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * From a command in a session's shell to the jtsh that runs the session: through its local proxy,
 * with the kubeconfig that kubectl uses. Whoever cannot use the session cannot ask it anything.
 */
final class SessionLink implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final long KUBECONFIG_BYTES_MAX = 16L * 1024 * 1024;

  private final HeldKey key;
  private final HttpClient http;
  private final URI base;

  private SessionLink(HeldKey key, HttpClient http, URI base) {
    this.key = key;
    this.http = http;
    this.base = base;
  }

  /**
   * The session whose shell this is.
   *
   * @return empty when it cannot be found: another kubeconfig is in use, or the session is over
   */
  static Optional<SessionLink> ofShell(Map<String, String> environment) {
    return ShellKubeconfig.find(environment).flatMap(SessionLink::at);
  }

  /** The session whose shell this is; else the one whose kubeconfig, in a file, is in use. */
  static Optional<SessionLink> ofKubeconfig(Map<String, String> environment) {
    return ShellKubeconfig.find(environment)
        .or(() -> ShellKubeconfig.inFile(environment))
        .flatMap(SessionLink::at);
  }

  private static Optional<SessionLink> at(Path kubeconfig) {
    try {
      return Optional.of(of(Files.readAllBytes(kubeconfig)));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // Gone, or not ours.
    }
  }

  /** Reads the current context of a kubeconfig of ours. */
  private static SessionLink of(byte[] kubeconfig) throws IOException {
    if (kubeconfig.length > KUBECONFIG_BYTES_MAX) {
      throw new IOException("the kubeconfig is too long");
    }
    JsonNode root = new YAMLMapper().readTree(kubeconfig);
    String context = root.path("current-context").asText();
    JsonNode cluster = named(root.path("clusters"), context).path("cluster");
    JsonNode user = named(root.path("users"), context).path("user");
    HeldKey key = key(user.path("client-key-data").asText());
    TlsIdentity identity =
        TlsIdentity.of(key, Pem.certificate(decoded(user.path("client-certificate-data"))));
    TrustAnchors anchors =
        TrustAnchors.of(Pem.certificate(decoded(cluster.path("certificate-authority-data"))));
    HttpClient http =
        HttpClient.newBuilder()
            .connectTimeout(LIMIT)
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(TlsContexts.jdkClient(identity, anchors))
            .build();
    return new SessionLink(key, http, URI.create(cluster.path("server").asText()));
  }

  private static HeldKey key(String base64) {
    byte[] pem = Base64.getDecoder().decode(base64);
    try (SecretBuffer secret = SecretArena.process().allocate(pem.length)) {
      secret.segment().copyFrom(MemorySegment.ofArray(pem));
      return HeldKey.fromPem(secret.segment());
    } finally {
      java.util.Arrays.fill(pem, (byte) 0);
    }
  }

  private static byte[] decoded(JsonNode base64) {
    return Base64.getDecoder().decode(base64.asText());
  }

  private static JsonNode named(JsonNode list, String name) throws IOException {
    for (JsonNode entry : list) {
      if (entry.path("name").asText().equals(name)) {
        return entry;
      }
    }
    throw new IOException("the kubeconfig has no " + name);
  }

  /**
   * How the session is.
   *
   * @throws IOException when it does not answer
   */
  LiveStatus status() throws IOException {
    return ask("GET", SessionDesk.STATUS_PATH, LiveStatus.class);
  }

  /**
   * Has it make a request for a renewal.
   *
   * @throws IOException when it does not answer
   */
  LiveStatus renew() throws IOException {
    return ask("POST", SessionDesk.RENEW_PATH, LiveStatus.class);
  }

  /**
   * What it knows about itself.
   *
   * @throws IOException when it does not answer
   */
  SessionSelf self() throws IOException {
    return ask("GET", SessionDesk.SELF_PATH, SessionSelf.class);
  }

  private <T> T ask(String method, String path, Class<T> type) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(LIMIT)
            .build();
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw new IOException("the session answers with " + response.statusCode());
      }
      return WireJson.read(response.body(), type);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (WireException | PkiException e) {
      throw new IOException("the session's answer cannot be read", e);
    }
  }

  @Override
  public void close() {
    http.close();
    key.close();
  }
}

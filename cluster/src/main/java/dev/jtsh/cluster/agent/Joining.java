// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireError;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.AgentJoinRequest;
import dev.jtsh.protocol.web.AgentJoinResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Trades a join token for an identity, once, over the proxy's web port. The token comes from a file
 * or from standard input, never from the command line, where every user of the host could read it.
 */
public final class Joining {
  private static final Duration TIME_MAX = Duration.ofSeconds(30);
  private static final int TOKEN_BYTES_MAX = 4096;
  private static final int ANSWER_BYTES_MAX = 256 * 1024;
  private static final Path STANDARD_INPUT = Path.of("/dev/stdin");
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

  private Joining() {}

  /**
   * Joins and keeps the identity.
   *
   * @param clock for what is said when a certificate's time is wrong
   * @throws IOException if the proxy cannot be reached or trusted, or a file cannot be used
   * @throws WireException if the cluster refuses
   */
  public static AgentIdentity join(AgentConfig config, InstantSource clock) throws IOException {
    String token = token(config.tokenFile());
    HeldKey key = HeldKey.generate(KeyKind.P256);
    try {
      var request = new AgentJoinRequest(token, UUID.randomUUID().toString(), publicKeyPem(key));
      AgentJoinResponse answer = post(config, request, clock);
      X509Certificate leaf = certificate(answer.certificate());
      X509Certificate hosts = certificate(answer.hostAuthority());
      HostIdentity host = HostIdentity.of(leaf);
      if (!host.hostId().equals(request.hostId())) {
        throw new IOException("the cluster answered with the certificate of another host");
      }
      return AgentIdentity.joined(
          config.dataDirectory(),
          TlsIdentity.of(key, leaf),
          hosts,
          certificate(answer.userAuthority()));
    } catch (IOException | RuntimeException e) {
      key.close();
      throw e;
    }
  }

  private static X509Certificate certificate(String pem) throws IOException {
    try {
      return Pem.certificate(pem.getBytes(StandardCharsets.US_ASCII));
    } catch (PkiException e) {
      throw new IOException("the cluster's answer holds no certificate", e);
    }
  }

  private static String token(Optional<Path> file) throws IOException {
    if (file.isEmpty()) {
      throw new IOException(
          "this agent has not joined yet: make a token with \"jtsh-cluster tokens add kube\" and"
              + " give its file by --token-file, or - for standard input");
    }
    Path path = file.get().toString().equals("-") ? STANDARD_INPUT : file.get();
    if (!path.equals(STANDARD_INPUT)
        && Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains)) {
      throw new IOException("others may read the token file: chmod 600 " + path);
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(TOKEN_BYTES_MAX);
      String token = new String(bytes, StandardCharsets.US_ASCII).strip();
      if (token.isEmpty()) {
        throw new IOException("there is no token in " + path);
      }
      return token;
    }
  }

  private static String publicKeyPem(HeldKey key) {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.publicKey().getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
  }

  private static AgentJoinResponse post(
      AgentConfig config, AgentJoinRequest body, InstantSource clock) throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(TIME_MAX);
    if (config.caFile().isPresent()) {
      TrustAnchors anchors =
          TrustAnchors.of(Pem.certificate(Files.readAllBytes(config.caFile().get())));
      builder.sslContext(TlsContexts.jdkClient(anchors));
    }
    HttpRequest request =
        HttpRequest.newBuilder(uri(config.proxy()))
            .timeout(TIME_MAX)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(WireJson.write(body)))
            .build();
    HttpResponse<InputStream> answer;
    byte[] bytes;
    try (HttpClient client = builder.build()) {
      answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = answer.body()) {
        bytes = in.readNBytes(ANSWER_BYTES_MAX);
      }
    } catch (IOException e) {
      throw JoinFailures.of(config.proxy(), e, clock.instant());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while joining", e);
    }
    return content(config.proxy(), answer.statusCode(), bytes);
  }

  private static AgentJoinResponse content(HostPort proxy, int status, byte[] body)
      throws IOException {
    if (status != 200) {
      if (WireError.isInBody(body)) {
        throw refused(status, body);
      }
      throw JoinFailures.otherServer(proxy, status);
    }
    try {
      return WireJson.read(body, AgentJoinResponse.class);
    } catch (WireException e) {
      throw JoinFailures.otherServer(proxy, status);
    }
  }

  private static WireException refused(int status, byte[] body) {
    WireError error = WireError.ofHttp(status, body);
    return new WireException(
        ErrorKind.ACCESS_DENIED,
        "the cluster does not let this agent join: " + SafeText.of(error.message()));
  }

  private static URI uri(HostPort proxy) {
    return URI.create("https://" + proxy + "/webapi/jtsh/agent/join");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import com.google.protobuf.ByteString;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TrustAnchors;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTP to one provider: TLS verified, no redirect followed, an answer whole within its time and
 * size or not at all.
 */
final class ProviderHttp implements AutoCloseable {
  static final Duration TIME_MAX = Duration.ofSeconds(10);
  static final int BYTES_MAX = 512 * 1024;

  private final HttpClient client;

  /**
   * An answer.
   *
   * @param status HTTP status
   * @param body its body
   */
  record Answer(int status, ByteString body) {}

  /**
   * @param caFile PEM with the authorities to believe; the system's if empty
   * @throws IOException when that cannot be read
   */
  ProviderHttp(Optional<Path> caFile) throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(TIME_MAX);
    if (caFile.isPresent()) {
      try {
        var anchors = new TrustAnchors(Pem.certificates(Files.readAllBytes(caFile.get())));
        builder.sslContext(TlsContexts.jdkClient(anchors));
      } catch (PkiException e) {
        throw new IOException("there is no certificate in " + caFile.get(), e);
      }
    }
    this.client = builder.build();
  }

  Answer get(URI uri, Optional<String> bearer) throws OidcException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).GET();
    bearer.ifPresent(token -> request.header("Authorization", "Bearer " + token));
    return send(request);
  }

  /** Posts a form; {@code authorization} is a whole header value, if one is needed. */
  Answer post(URI uri, byte[] form, Optional<String> authorization) throws OidcException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofByteArray(form));
    authorization.ifPresent(value -> request.header("Authorization", value));
    return send(request);
  }

  private Answer send(HttpRequest.Builder builder) throws OidcException {
    HttpRequest request = builder.header("Accept", "application/json").timeout(TIME_MAX).build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), BYTES_MAX));
    try {
      // The request's own time ends with the headers; this one counts the body too.
      HttpResponse<byte[]> response = answer.get(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(response.statusCode(), ByteString.copyFrom(response.body()));
    } catch (ExecutionException e) {
      throw unreachable(request, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw unreachable(request, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(request, e);
    } finally {
      answer.cancel(true);
    }
  }

  private static OidcException unreachable(HttpRequest request, Throwable cause) {
    return new OidcException(
        OidcException.Reason.PROVIDER,
        "no answer from %s%s: %s"
            .formatted(request.uri().getAuthority(), request.uri().getRawPath(), cause),
        cause);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}

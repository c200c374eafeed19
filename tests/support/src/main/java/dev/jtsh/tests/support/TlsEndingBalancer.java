// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A load balancer that works at the level of HTTP: nginx ends TLS with a certificate of its own,
 * speaks HTTP/1.1 on both sides, and so eats the names by which the cluster's one port tells its
 * services apart. WebSockets it lets pass, as such boxes do.
 */
public final class TlsEndingBalancer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RunningProgram nginx;
  private final Path directory;
  private final int port;
  private final Path trust;

  private TlsEndingBalancer(RunningProgram nginx, Path directory, int port, Path trust) {
    this.nginx = nginx;
    this.directory = directory;
    this.port = port;
    this.trust = trust;
  }

  /**
   * Starts one and waits until it listens.
   *
   * @param directory its own, new
   * @param target {@code localhost:PORT} behind it
   * @param targetCa whom to believe for that
   */
  public static TlsEndingBalancer start(Path directory, String target, Path targetCa) {
    try {
      Path certificate = directory.resolve("balancer.pem");
      Path key = directory.resolve("balancer.key");
      makeCertificate(certificate, key);
      Path trust = directory.resolve("trust.pem");
      Files.writeString(trust, Files.readString(targetCa) + Files.readString(certificate));
      int port = freePort();
      Path configuration = directory.resolve("nginx.conf");
      Files.writeString(
          configuration, configuration(directory, certificate, key, port, target, targetCa));
      RunningProgram nginx =
          RunningProgram.start(
              List.of(program(), "-p", directory + "/", "-c", configuration.toString()), Map.of());
      TlsEndingBalancer balancer = new TlsEndingBalancer(nginx, directory, port, trust);
      balancer.awaitPort();
      return balancer;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a balancer", e);
    }
  }

  private static String program() {
    return Files.isExecutable(Path.of("/usr/sbin/nginx")) ? "/usr/sbin/nginx" : "nginx";
  }

  private static void makeCertificate(Path certificate, Path key) {
    try (RunningProgram openssl =
        RunningProgram.start(
            List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString(),
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-addext",
                "basicConstraints=critical,CA:FALSE"),
            Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"))) {
      openssl.awaitEnd(LIMIT);
    }
  }

  private static String configuration(
      Path directory, Path certificate, Path key, int port, String target, Path targetCa) {
    return """
    daemon off;
    worker_processes 1;
    pid %1$s/pid;
    error_log %1$s/error.log warn;
    events { worker_connections 256; }
    http {
      access_log %1$s/access.log;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      map $http_upgrade $upgraded { default upgrade; '' close; }
      server {
        listen 127.0.0.1:%2$d ssl;
        ssl_certificate %3$s;
        ssl_certificate_key %4$s;
        location / {
          proxy_pass https://%5$s;
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $upgraded;
          proxy_ssl_verify on;
          proxy_ssl_name localhost;
          proxy_ssl_server_name on;
          proxy_ssl_trusted_certificate %6$s;
          proxy_read_timeout 10m;
          proxy_buffering off;
        }
      }
    }
    """
        .formatted(directory, port, certificate, key, target, targetCa);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private void awaitPort() throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1000);
        return;
      } catch (IOException notYet) {
        if (!nginx.isRunning() || System.nanoTime() > end) {
          throw new IOException("nginx does not listen: " + nginx.stderr(), notYet);
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Where clients reach it, {@code localhost:PORT}. */
  public String address() {
    return "localhost:" + port;
  }

  /** Certificates to trust: its own and the cluster's behind it. */
  public Path trust() {
    return trust;
  }

  /** What was asked of it so far, one line a request that has ended. */
  public String accessLog() {
    try {
      return Files.readString(directory.resolve("access.log"));
    } catch (IOException e) {
      throw new UncheckedIOException("no log of nginx", e);
    }
  }

  @Override
  public void close() {
    nginx.terminate(LIMIT);
    nginx.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.proxy;

import dev.jtsh.bench.RunningProgram;
import dev.jtsh.bench.Scale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts the upstream and the proxies in front of it, each with a configuration as its users have.
 */
final class Targets {
  /** One page, as an answer of a small Kubernetes object. */
  static final String SMALL = "/small";

  /** A file to measure throughput with. */
  static final String BULK = "/bulk";

  /** A request whose answer begins and never goes on. */
  static final String HOLD = "/hold";

  static final long BULK_BYTES = 100L * 1024 * 1024;
  private static final int SMALL_BYTES = 1024;

  private final Scale scale;
  private final Certificates certificates;
  private final Upstream upstream;

  /**
   * What stands behind the proxies.
   *
   * @param name that its certificate has
   * @param files what the proxies present to it and how they know it: {@code client.pem}, {@code
   *     client.key}, {@code ca.pem}
   */
  record Upstream(int port, String name, Path files) {
    Path file(String file) {
      return files.resolve(file);
    }
  }

  /** In front of the upstream that {@link #upstream()} starts. */
  Targets(Scale scale, Certificates certificates) throws IOException {
    this(
        scale,
        certificates,
        new Upstream(
            RunningProgram.freePort(), Certificates.SERVER_NAME, certificates.directory()));
  }

  /** In front of an upstream that runs already. */
  Targets(Scale scale, Certificates certificates, Upstream upstream) {
    this.scale = scale;
    this.certificates = certificates;
    this.upstream = upstream;
  }

  /** Answers {@link #HOLD}, behind the upstream. */
  private Target hold() throws IOException, InterruptedException {
    int port = RunningProgram.freePort();
    return target("hold", "http", port, false, tool("hold", "-listen", "127.0.0.1:" + port));
  }

  /** The upstream, to be asked directly, and what stands behind it. */
  List<Target> upstream() throws IOException, InterruptedException {
    Path pages = Files.createDirectories(scale.work().resolve("pages"));
    String filler = "x".repeat(SMALL_BYTES - "{\"kind\":\"Small\",\"data\":\"\"}".length());
    Files.writeString(
        pages.resolve("small"), "{\"kind\":\"Small\",\"data\":\"%s\"}".formatted(filler));
    try (var bulk =
        Files.newByteChannel(
            pages.resolve("bulk"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      byte[] block = new byte[1024 * 1024];
      for (long written = 0; written < BULK_BYTES; written += block.length) {
        bulk.write(java.nio.ByteBuffer.wrap(block));
      }
    }
    Target hold = hold();
    String server =
        """
        listen 127.0.0.1:%d ssl http2;
        http2_max_concurrent_streams 250;
        root %s;
        default_type application/json;
        location %s {
          proxy_pass http://127.0.0.1:%d;
          proxy_http_version 1.1;
          proxy_buffering off;
          proxy_read_timeout 1h;
        }
        """
            .formatted(upstream.port(), pages, HOLD, hold.port());
    return List.of(
        new Target(
            "direct",
            "https",
            upstream.port(),
            true,
            nginx("upstream", upstream.port(), server, "open_file_cache max=10 inactive=1h;"),
            certificates.file("client.pem"),
            certificates.file("client.key"),
            certificates.file("ca.pem")),
        hold);
  }

  Target jtsh() throws IOException, InterruptedException {
    return jtsh(List.of());
  }

  /** The local proxy whose certificate towards the upstream is replaced so often. */
  Target renewing(Duration every) throws IOException, InterruptedException {
    return jtsh(List.of(Long.toString(every.toSeconds())));
  }

  private Target jtsh(List<String> more) throws IOException, InterruptedException {
    int port = RunningProgram.freePort();
    Path front = Files.createDirectories(scale.work().resolve("jtsh"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(scale.jtshFlags());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djava.library.path=" + System.getProperty("java.library.path"),
            "-Dio.netty.native.detectNativeLibraryDuplicates=false",
            "-cp",
            System.getProperty("java.class.path"),
            ProxyProgram.class.getName(),
            Integer.toString(port),
            Integer.toString(upstream.port()),
            upstream.name(),
            upstream.files().toString(),
            front.toString()));
    command.addAll(more);
    RunningProgram program = RunningProgram.start(log("jtsh"), Map.of(), command);
    program.awaitPort(port);
    return new Target(
        "jtsh",
        "https",
        port,
        true,
        program,
        front.resolve("client.pem"),
        front.resolve("client.key"),
        front.resolve("ca.pem"));
  }

  Target nginx() throws IOException, InterruptedException {
    int port = RunningProgram.freePort();
    String server =
        """
        listen 127.0.0.1:%d ssl http2;
        http2_max_concurrent_streams 250;
        location / {
          proxy_pass https://upstream;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $host;
          proxy_buffering off;
          proxy_read_timeout 1h;
          proxy_ssl_certificate %s;
          proxy_ssl_certificate_key %s;
          proxy_ssl_trusted_certificate %s;
          proxy_ssl_verify on;
          proxy_ssl_name %s;
          proxy_ssl_server_name on;
          proxy_ssl_protocols TLSv1.3;
        }
        """
            .formatted(
                port,
                upstream.file("client.pem"),
                upstream.file("client.key"),
                upstream.file("ca.pem"),
                upstream.name());
    String pool =
        "upstream upstream { server 127.0.0.1:%d; keepalive 256; keepalive_requests 100000000; }"
            .formatted(upstream.port());
    return target("nginx", "https", port, true, nginx("nginx", port, server, pool));
  }

  private RunningProgram nginx(String name, int port, String server, String http)
      throws IOException, InterruptedException {
    Path home = Files.createDirectories(scale.work().resolve(name));
    Path configuration = home.resolve("nginx.conf");
    Files.writeString(
        configuration,
        """
        daemon off;
        user root;
        worker_processes 2;
        worker_rlimit_nofile 20000;
        pid %1$s/pid;
        error_log %1$s/error.log crit;
        events { worker_connections 16000; }
        http {
          access_log off;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          sendfile on;
          keepalive_requests 100000000;
          keepalive_timeout 1h;
          http2_recv_timeout 1h;
          http2_idle_timeout 1h;
          send_timeout 1h;
          %2$s
          server {
            ssl_protocols TLSv1.3;
            ssl_certificate %3$s;
            ssl_certificate_key %4$s;
            ssl_client_certificate %5$s;
            ssl_verify_client on;
            %6$s
          }
        }
        """
            .formatted(
                home,
                http,
                certificates.file("server.pem"),
                certificates.file("server.key"),
                certificates.file("ca.pem"),
                server));
    RunningProgram program =
        RunningProgram.start(
            log(name),
            Map.of(),
            List.of("nginx", "-p", home + "/", "-c", configuration.toString()));
    program.awaitPort(port);
    return program;
  }

  Target haproxy() throws IOException, InterruptedException {
    int port = RunningProgram.freePort();
    Path configuration = scale.work().resolve("haproxy.cfg");
    Files.writeString(
        configuration,
        """
        global
          maxconn 8000
          nbthread 2
        defaults
          mode http
          timeout connect 5s
          timeout client 1h
          timeout server 1h
          http-reuse always
        frontend front
          bind 127.0.0.1:%d ssl crt %s ca-file %s verify required alpn h2,http/1.1 ssl-min-ver TLSv1.3
          default_backend back
        backend back
          server one 127.0.0.1:%d ssl crt %s ca-file %s verify required verifyhost %s sni str(%s) %s
        """
            .formatted(
                port,
                certificates.file("server.both"),
                certificates.file("ca.pem"),
                upstream.port(),
                certificates.file("client.both"),
                certificates.file("ca.pem"),
                Certificates.SERVER_NAME,
                Certificates.SERVER_NAME,
                "ssl-min-ver TLSv1.3"));
    RunningProgram program =
        RunningProgram.start(
            log("haproxy"), Map.of(), List.of("haproxy", "-db", "-f", configuration.toString()));
    program.awaitPort(port);
    return target("haproxy", "https", port, true, program);
  }

  Target go() throws IOException, InterruptedException {
    int port = RunningProgram.freePort();
    RunningProgram program =
        tool(
            "proxy",
            "-listen",
            "127.0.0.1:" + port,
            "-upstream",
            "127.0.0.1:" + upstream.port(),
            "-name",
            upstream.name(),
            "-cert",
            upstream.file("client.pem").toString(),
            "-key",
            upstream.file("client.key").toString(),
            "-server-cert",
            certificates.file("server.pem").toString(),
            "-server-key",
            certificates.file("server.key").toString(),
            "-ca",
            certificates.file("ca.pem").toString());
    program.awaitPort(port);
    return target("go", "https", port, true, program);
  }

  /** Without TLS or any authentication in front: it does less than the others. */
  Target kubectlProxy() throws IOException, InterruptedException {
    int port = RunningProgram.freePort();
    Path kubeconfig = scale.work().resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        current-context: bench
        contexts: [{name: bench, context: {cluster: bench, user: bench}}]
        clusters:
        - name: bench
          cluster: {server: "https://127.0.0.1:%d", certificate-authority: %s}
        users:
        - name: bench
          user: {client-certificate: %s, client-key: %s}
        """
            .formatted(
                upstream.port(),
                certificates.file("ca.pem"),
                certificates.file("client.pem"),
                certificates.file("client.key")));
    RunningProgram program =
        RunningProgram.start(
            log("kubectl"),
            Map.of(),
            List.of(
                "kubectl",
                "--kubeconfig=" + kubeconfig,
                "proxy",
                "--port=" + port,
                "--accept-paths=.*"));
    program.awaitPort(port);
    return target("kubectl-proxy", "http", port, false, program);
  }

  private RunningProgram tool(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(scale.tools().resolve("benchtool").toString());
    command.addAll(List.of(arguments));
    return RunningProgram.start(log("benchtool-" + arguments[0]), Map.of(), command);
  }

  private Target target(String name, String scheme, int port, boolean http2, RunningProgram program)
      throws IOException, InterruptedException {
    program.awaitPort(port);
    return new Target(
        name,
        scheme,
        port,
        http2,
        program,
        certificates.file("client.pem"),
        certificates.file("client.key"),
        certificates.file("ca.pem"));
  }

  /** What a program printed. */
  Path log(String name) {
    return scale.work().resolve(name + ".log");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.command.ExitCode;
import dev.jtsh.cluster.command.Outside;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.Fingerprint;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.PingResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real program in this process: start, commands over the socket, ping over TLS. */
class MainIT {
  private static final long SECONDS_MAX = 60;
  private static final Pattern READY =
      Pattern.compile("jtsh-cluster is ready: jtsh listens on 127.0.0.1:(\\d+), .*--ca-file (.*)");
  private static final String ROLE =
      """
      metadata: {name: access}
      spec:
        allow:
          kubernetes_groups: [developers]
          kubernetes_labels: {'*': '*'}
      """;

  @TempDir Path directory;
  private final CompletableFuture<Void> stop = new CompletableFuture<>();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private Path data;

  private final class LineWriter extends StringWriter {
    @Override
    public void flush() {
      getBuffer().toString().lines().forEach(lines::add);
      getBuffer().setLength(0);
    }
  }

  @BeforeEach
  void start() throws IOException {
    Path kubeconfig = kubeconfig();
    data = directory.resolve("data");
    Outside outside =
        outside(new PrintWriter(new LineWriter()), new PrintWriter(System.err, true, UTF_8));
    Thread.ofPlatform()
        .name("cluster-under-test")
        .start(() ->
            ended.complete(
                Main.run(
                    outside,
                    "start",
                    "--data-dir",
                    data.toString(),
                    "--listen",
                    "127.0.0.1:0",
                    "--kubeconfig",
                    "prod=" + kubeconfig)));
  }

  /** An API server that nobody runs: the agent dials it only when a request comes. */
  private Path kubeconfig() throws IOException {
    Instant now = Instant.now();
    byte[] ca =
        Pem.encode(
                CertificateAuthority.create(
                        "kube",
                        HeldKey.generate(KeyKind.P256),
                        now.minusSeconds(60),
                        now.plusSeconds(3600))
                    .certificate())
            .getBytes(US_ASCII);
    return Files.writeString(
        directory.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts: [{name: c, context: {cluster: k, user: u}}]
        clusters:
          - name: k
            cluster: {server: "https://127.0.0.1:1", certificate-authority-data: %s}
        users: [{name: u, user: {token: t}}]
        """
            .formatted(Base64.getEncoder().encodeToString(ca)));
  }

  @AfterEach
  void stop() throws Exception {
    stop.complete(null);
    assertThat(ended.get(SECONDS_MAX, TimeUnit.SECONDS)).isZero();
  }

  private Outside outside(PrintWriter out, PrintWriter err) {
    return new Outside(InstantSource.system(), new SecureRandom(), Map.of(), out, err, stop);
  }

  private Matcher ready() throws InterruptedException {
    String line = lines.poll(SECONDS_MAX, TimeUnit.SECONDS);
    assertThat(line).isNotNull();
    Matcher ready = READY.matcher(line);
    assertThat(ready.matches()).as(line).isTrue();
    return ready;
  }

  private String ask(ExitCode expected, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Main.run(outside(new PrintWriter(out), new PrintWriter(err)), arguments);
    assertThat(status).as(err.toString()).isEqualTo(expected.status());
    return expected == ExitCode.OK ? out.toString() : err.toString();
  }

  @Test
  void clusterStartsTakesCommandsAndAnswersOverTlsTrustedByItsCa() throws Exception {
    Matcher ready = ready();
    String dir = data.toString();
    Path role = Files.writeString(directory.resolve("role.yaml"), ROLE);

    ask(ExitCode.OK, "roles", "add", "-f", role.toString(), "--data-dir", dir);
    assertThat(ask(ExitCode.OK, "users", "add", "alice", "--roles", "access", "--data-dir", dir))
        .matches("https://localhost:[0-9]+/web/invite/[0-9a-f]{32}\n");
    assertThat(ask(ExitCode.OK, "users", "ls", "--data-dir", dir)).contains("alice  access  no");
    ask(ExitCode.CONFLICT, "users", "add", "alice", "--roles", "access", "--data-dir", dir);
    ask(ExitCode.REFUSED, "users", "add", "bob", "--roles", "none", "--data-dir", dir);
    ask(ExitCode.CONFLICT, "roles", "rm", "access", "--data-dir", dir);
    X509Certificate hosts = Pem.certificate(get(ready, "/webapi/auth/export?type=tls-host"));
    assertThat(ask(ExitCode.OK, "status", "--data-dir", dir))
        .contains(
            "Users reach it at: localhost:" + ready.group(1),
            "Users:             1",
            "Host CA pin:       " + Fingerprint.caPin(hosts.getPublicKey()),
            "Kube clusters:     prod");

    PingResponse ping = WireJson.read(get(ready, "/webapi/ping"), PingResponse.class);
    assertThat(ping.clusterName()).isEqualTo("jtsh");
    assertThat(ping.proxy().tlsRoutingEnabled()).isTrue();
    assertThat(ping.auth().allowHeadless()).isTrue();
  }

  private static byte[] get(Matcher ready, String path) throws IOException, InterruptedException {
    byte[] ca = Files.readAllBytes(Path.of(ready.group(2)));
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(TlsContexts.jdkClient(TrustAnchors.of(Pem.certificate(ca))))
            .connectTimeout(Duration.ofSeconds(SECONDS_MAX))
            .build()) {
      URI uri = URI.create("https://localhost:%s%s".formatted(ready.group(1), path));
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(SECONDS_MAX)).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    }
  }

  @Test
  void secondClusterOnTheSameDataIsRefusedAndNothingIsOpenToOthers() throws Exception {
    ready();

    assertThat(
            ask(
                ExitCode.CANNOT_START,
                "start",
                "--data-dir",
                data.toString(),
                "--listen",
                "127.0.0.1:0"))
        .contains("another jtsh-cluster runs with the data directory");
    try (var files = Files.walk(data)) {
      assertThat(files.toList())
          .allSatisfy(file -> {
            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
            // What may be read by others is only what they may know.
            assertThat(file.endsWith("web-ca.pem") || mode.endsWith("------"))
                .as("%s %s", mode, file)
                .isTrue();
          });
    }
  }

  @Test
  void whatStandsInTheWayOfAStartIsNamedWithTheReason() throws Exception {
    ready();
    Path file = Files.createFile(directory.resolve("file"));
    String second = directory.resolve("second").toString();

    assertThat(notStarted("--data-dir", file.resolve("data").toString()))
        .contains("Not a directory");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThat(notStarted("--data-dir", second, "--listen", address))
          .isEqualTo(
              "jtsh-cluster: cannot listen on %s: another program listens there\n"
                  .formatted(address));
    }
    assertThat(
            notStarted(
                "--data-dir", second, "--listen", "127.0.0.1:0", "--kubeconfig", "prod=" + second))
        .doesNotContain("java", "null")
        .contains("kube cluster prod: its kubeconfig " + second + " is a directory");
  }

  private String notStarted(String... options) throws Exception {
    return ask(
        ExitCode.CANNOT_START,
        Stream.concat(Stream.of("start"), Arrays.stream(options)).toArray(String[]::new));
  }
}

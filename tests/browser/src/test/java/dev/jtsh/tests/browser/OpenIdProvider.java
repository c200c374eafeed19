// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.tests.fixtures.TestPki;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.Guard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The certified provider of {@code tests/browser/provider}, in a process of its own. */
final class OpenIdProvider implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Pattern PORT = Pattern.compile("port ([0-9]+)");

  private final Path directory;
  private final RunningProgram process;
  private final Guard guard;
  private final String issuer;

  private OpenIdProvider(Path directory, RunningProgram process, String issuer) {
    this.directory = directory;
    this.process = process;
    this.guard = Guard.killing(process.pid());
    this.issuer = issuer;
  }

  /**
   * Starts it; it serves once {@link #serve} has told it whom.
   *
   * @param directory for its files, new
   */
  static OpenIdProvider start(Path directory) throws IOException {
    Path program = Path.of(System.getProperty("jtsh.provider", ""));
    secret(directory.resolve("client-secret"), ByteBuffer.wrap("of the test".getBytes(UTF_8)));
    try (TestPki pki = new TestPki()) {
      TlsIdentity server = pki.server();
      Files.writeString(directory.resolve("ca.pem"), Pem.encode(pki.root().certificate()));
      Files.writeString(directory.resolve("server.pem"), Pem.encode(server.leaf()));
      try (SecretBuffer key = server.key().privateKeyPem()) {
        secret(directory.resolve("server.key"), key.segment().asByteBuffer());
      }
    }
    RunningProgram process =
        RunningProgram.start(
            List.of(
                "node",
                program.resolve("provider.mjs").toString(),
                directory.resolve("server.pem").toString(),
                directory.resolve("server.key").toString(),
                directory.resolve("client-secret").toString()),
            Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "HOME", directory.toString()));
    Matcher port = PORT.matcher(process.awaitStdout("port ", SOON));
    if (!port.find()) {
      process.close();
      throw new AssertionError("the provider does not say its port");
    }
    return new OpenIdProvider(directory, process, "https://localhost:" + port.group(1));
  }

  private static void secret(Path file, ByteBuffer content) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      while (content.hasRemaining()) {
        out.write(content);
      }
    }
  }

  /** The configuration of a cluster that knows it. */
  String configuration() {
    return """
    auth: {sso_first_key: at_once}
    oidc:
    - name: corp
      display: Corp Login
      issuer: %s
      client_id: jtsh
      client_secret_file: %s
      ca_file: %s
      scopes: [email, groups]
      roles: [{claim: groups, value: k8s, roles: [sso-access]}]
    """
        .formatted(issuer, directory.resolve("client-secret"), authority());
  }

  /** Whom a browser must trust for its pages. */
  Path authority() {
    return directory.resolve("ca.pem");
  }

  /** Serves this cluster from now on. */
  void serve(String clusterOrigin) throws IOException {
    order("redirect " + clusterOrigin + "/v1/webapi/oidc/callback");
  }

  /** Puts a person into these groups. */
  void groups(String address, String... groups) throws IOException {
    order("groups " + address + " " + String.join(",", groups));
  }

  /** Signs with a new key from now on. */
  void rotate() throws IOException {
    order("rotate");
  }

  private void order(String line) throws IOException {
    process.stdin().write((line + "\n").getBytes(UTF_8));
    process.stdin().flush();
    process.awaitStdout("done " + line, SOON);
  }

  @Override
  public void close() {
    process.close();
    guard.close();
  }
}

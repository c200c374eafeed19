// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.command.ExitCode;
import dev.jtsh.cluster.command.Outside;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster and agents on hosts of their own, each the real program, joined over the network. */
@Timeout(180)
class AgentProcessIT {
  private static final long SECONDS_MAX = 60;
  private static final Pattern CLUSTER =
      Pattern.compile("jtsh-cluster is ready: .*users reach it at (\\S+); .*--ca-file (.*)");
  private static final Pattern AGENT =
      Pattern.compile("jtsh-cluster agent is ready: host (\\S+) serves (\\S+) in cluster jtsh .*");

  @TempDir Path directory;
  private final List<Program> programs = new ArrayList<>();
  private Path kubeconfig;
  private String proxy;
  private String caFile;

  /** A program that runs until it is stopped. */
  private static final class Program {
    final CompletableFuture<Void> stop = new CompletableFuture<>();
    final CompletableFuture<Integer> ended = new CompletableFuture<>();
    final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    final StringWriter err = new StringWriter();

    Program(String... arguments) {
      StringWriter out =
          new StringWriter() {
            @Override
            public void flush() {
              getBuffer().toString().lines().forEach(lines::add);
              getBuffer().setLength(0);
            }
          };
      Outside outside = outside(new PrintWriter(out), new PrintWriter(err), stop);
      Thread.ofPlatform().start(() -> ended.complete(Main.run(outside, arguments)));
    }

    Matcher line(Pattern pattern) throws InterruptedException {
      String line = lines.poll(SECONDS_MAX, TimeUnit.SECONDS);
      assertThat(line).as(err.toString()).isNotNull();
      Matcher matcher = pattern.matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      return matcher;
    }

    int end() throws Exception {
      stop.complete(null);
      return ended.get(SECONDS_MAX, TimeUnit.SECONDS);
    }
  }

  private static Outside outside(PrintWriter out, PrintWriter err, CompletableFuture<Void> stop) {
    return new Outside(InstantSource.system(), new SecureRandom(), Map.of(), out, err, stop);
  }

  private Program run(String... arguments) {
    Program program = new Program(arguments);
    programs.add(program);
    return program;
  }

  @BeforeEach
  void startCluster() throws Exception {
    kubeconfig = kubeconfig();
    Matcher ready =
        run("start", "--data-dir", data("cluster"), "--listen", "127.0.0.1:0").line(CLUSTER);
    proxy = ready.group(1);
    caFile = ready.group(2);
  }

  @AfterEach
  void stop() throws Exception {
    for (Program program : programs.reversed()) {
      program.end();
    }
  }

  private String data(String name) {
    return directory.resolve(name).toString();
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

  private String ask(ExitCode expected, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data-dir", data("cluster")));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.run(
            outside(new PrintWriter(out), new PrintWriter(err), new CompletableFuture<>()),
            all.toArray(String[]::new));
    assertThat(status).as(err.toString()).isEqualTo(expected.status());
    return out + "" + err;
  }

  private Path token(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("tokens", "add", "kube", "--format=yaml"));
    all.addAll(List.of(arguments));
    String answer = ask(ExitCode.OK, all.toArray(String[]::new));
    Matcher token = Pattern.compile("(?m)^token: \"?([0-9a-f]+)\"?$").matcher(answer);
    assertThat(token.find()).as(answer).isTrue();
    Path file = Files.createTempFile(directory, "token", "");
    return Files.writeString(file, token.group(1) + "\n");
  }

  private Program agent(String data, String name, String... more) {
    List<String> all =
        new ArrayList<>(List.of("agent", "start", "--data-dir", data(data), "--proxy", proxy));
    all.addAll(List.of("--ca-file", caFile, "--kubeconfig", name + "=" + kubeconfig));
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  private List<String> audit(String code) throws IOException {
    return Files.readAllLines(directory.resolve("cluster").resolve("audit.log")).stream()
        .filter(line -> line.contains("\"" + code + "\""))
        .toList();
  }

  @Test
  void agentJoinsOnceAndKeepsItsIdentityAcrossRestarts() throws Exception {
    Path token = token("--name", "prod");
    Program first = agent("agent", "prod", "--token-file", token.toString());
    Matcher ready = first.line(AGENT);
    assertThat(ready.group(2)).isEqualTo("prod");
    assertThat(ask(ExitCode.OK, "status")).contains("Kube clusters:     prod");
    assertThat(ask(ExitCode.OK, "tokens", "ls")).doesNotContain("prod");
    assertThat(first.end()).isZero();
    assertThat(ask(ExitCode.OK, "status")).doesNotContain("prod");

    Program second = agent("agent", "prod"); // No token any more.
    assertThat(second.line(AGENT).group(1)).isEqualTo(ready.group(1));
    assertThat(ask(ExitCode.OK, "status")).contains("Kube clusters:     prod");
    assertThat(audit("JT004I")).as("first seen, once").hasSize(1);
    assertThat(audit("TJ001I")).hasSize(1);
    try (var files = Files.walk(directory.resolve("agent"))) {
      assertThat(files.toList())
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .as(file.toString())
                  .endsWith("------"));
    }
  }

  @Test
  void usedTokenLetsNobodyInAndNothingIsLeftBehind() throws Exception {
    Path token = token("--name", "prod");
    agent("agent", "prod", "--token-file", token.toString()).line(AGENT);

    Program thief = agent("thief", "prod", "--token-file", token.toString());

    assertThat(thief.ended.get(SECONDS_MAX, TimeUnit.SECONDS)).isEqualTo(ExitCode.REFUSED.status());
    assertThat(thief.err.toString()).contains("the join token is unknown, used or too old");
    assertThat(directory.resolve("thief").resolve("current")).doesNotExist();
  }

  @Test
  void secondAgentNeedsATokenThatSaysSo() throws Exception {
    agent("a", "prod", "--token-file", token("--name", "prod").toString()).line(AGENT);

    Program refused = agent("b", "prod", "--token-file", token("--name", "prod").toString());
    assertThat(refused.ended.get(SECONDS_MAX, TimeUnit.SECONDS))
        .isEqualTo(ExitCode.REFUSED.status());
    assertThat(refused.err.toString()).contains("the token allows no second one");

    Path second = token("--name", "prod", "--second-agent");
    agent("b", "prod", "--token-file", second.toString()).line(AGENT);
    assertThat(audit("JT004I")).hasSize(2);
  }

  @Test
  void agentServesNoNameThatItsTokenDidNotHold() throws Exception {
    Path token = token("--name", "small");

    Program agent = agent("agent", "prod", "--token-file", token.toString());

    assertThat(agent.ended.get(SECONDS_MAX, TimeUnit.SECONDS))
        .isEqualTo(ExitCode.CANNOT_START.status());
    assertThat(agent.err.toString()).contains("this agent joined for small, not for prod");
  }

  @Test
  void withoutATokenOrWithOneThatOthersMayReadNobodyJoins() throws Exception {
    Program none = agent("agent", "prod");
    assertThat(none.ended.get(SECONDS_MAX, TimeUnit.SECONDS))
        .isEqualTo(ExitCode.CANNOT_START.status());
    assertThat(none.err.toString()).contains("this agent has not joined yet", "--token-file");

    Path token = token("--name", "prod");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
    Program open = agent("agent", "prod", "--token-file", token.toString());
    assertThat(open.ended.get(SECONDS_MAX, TimeUnit.SECONDS))
        .isEqualTo(ExitCode.CANNOT_START.status());
    assertThat(open.err.toString()).contains("others may read the token file");
  }

  @Test
  void joiningTrustsNoWebPortOfAnotherAuthority() throws Exception {
    Path token = token("--name", "prod");
    String other = caFile;
    caFile = directory.resolve("other.pem").toString();
    Instant now = Instant.now();
    Files.writeString(
        Path.of(caFile),
        Pem.encode(
            CertificateAuthority.create(
                    "web",
                    HeldKey.generate(KeyKind.P256),
                    now.minusSeconds(60),
                    now.plus(Duration.ofHours(1)))
                .certificate()));

    Program agent = agent("agent", "prod", "--token-file", token.toString());
    assertThat(agent.ended.get(SECONDS_MAX, TimeUnit.SECONDS))
        .isEqualTo(ExitCode.CANNOT_START.status());
    caFile = other;
    agent("agent", "prod", "--token-file", token.toString()).line(AGENT); // It was not sent.
  }
}

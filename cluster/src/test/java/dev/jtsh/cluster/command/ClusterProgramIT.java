// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.admin.AdminServer;
import dev.jtsh.cluster.admin.FakeOperations;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterProgramIT {
  private static final String ROLE =
      """
      kind: role
      version: v7
      metadata:
        name: access
      spec:
        options:
          max_session_ttl: 8h
        allow:
          kubernetes_groups: [developers]
          kubernetes_labels:
            env: [dev, test]
            '*': '*'
      """;

  private static final String LINK =
      "https://localhost:3080/web/invite/0123456789abcdef0123456789abcdef\n";

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    server = AdminServer.start(directory, new FakeOperations());
    Files.writeString(directory.resolve("role.yaml"), ROLE);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Outside outside =
        new Outside(
            InstantSource.system(),
            new SecureRandom(),
            Map.of(),
            new PrintWriter(out),
            new PrintWriter(err),
            new CompletableFuture<Void>());
    return new ClusterProgram(
            outside,
            (config, world) -> {
              throw new IOException("cannot listen on 127.0.0.1:1");
            },
            (config, world) -> {
              throw new IOException("this agent has not joined yet");
            })
        .run(arguments);
  }

  private int ask(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data-dir", directory.toString()));
    return run(all.toArray(String[]::new));
  }

  @Test
  void inviteIsDataAndTheRestIsTalk() {
    assertThat(ask("roles", "add", "-f", directory.resolve("role.yaml").toString())).isZero();
    assertThat(out).hasToString("role \"access\" stored\n");

    assertThat(ask("users", "add", "alice", "--roles", "access")).isZero();
    assertThat(out).hasToString(LINK);
    assertThat(err.toString()).contains("jtsh signup --proxy=localhost:3080");
    assertThat(ask("users", "invite", "alice")).isZero();
    assertThat(out).hasToString(LINK);
  }

  @Test
  void listsArePrintedInEveryFormat() {
    ask("roles", "add", "-f", directory.resolve("role.yaml").toString());
    ask("users", "add", "alice", "--roles", "access");

    assertThat(ask("users", "ls")).isZero();
    assertThat(out).hasToString("NAME   ROLES   SIGNED UP  KEYS\nalice  access  no\n");
    assertThat(ask("users", "ls", "--format", "json")).isZero();
    assertThat(out.toString()).contains("\"name\" : \"alice\"");
    assertThat(ask("users", "ls", "--format", "yaml")).isZero();
    assertThat(out.toString()).contains("- name: alice");
    assertThat(ask("roles", "ls")).isZero();
    assertThat(out.toString()).contains("access");
    assertThat(ask("roles", "rm", "access")).isZero();
    assertThat(ask("users", "ls", "--format", "xml")).isEqualTo(ExitCode.USAGE.status());
  }

  @Test
  void shownRoleCanBeAddedAgain() throws IOException {
    ask("roles", "add", "-f", directory.resolve("role.yaml").toString());
    assertThat(ask("roles", "show", "access")).isZero();
    String shown = out.toString();
    Files.writeString(directory.resolve("again.yaml"), shown);

    assertThat(ask("roles", "add", "-f", directory.resolve("again.yaml").toString())).isZero();
    ask("roles", "show", "access");
    assertThat(out).hasToString(shown);
    assertThat(shown).contains("max_session_ttl: 8h0m0s", "developers");
  }

  @Test
  void wrongRoleFileNamesThePlace() throws IOException {
    Path file = directory.resolve("bad.yaml");
    Files.writeString(file, "metadata: {name: a}\nspec:\n  allow:\n    kubernetes_group: x\n");

    assertThat(ask("roles", "add", "-f", file.toString())).isEqualTo(ExitCode.CONFIG.status());
    assertThat(err.toString()).contains("bad.yaml:4:5: unknown key \"kubernetes_group\"");
  }

  @Test
  void tokensAreAddedAndListed() {
    assertThat(ask("tokens", "add", "kube", "--clusters", "a,b", "--ttl", "30m")).isZero();
    assertThat(out).hasToString("t0ken\n");
    assertThat(ask("tokens", "ls")).isZero();
    assertThat(out.toString()).contains("abc  a,b");
    assertThat(ask("tokens", "rm", "abc")).isEqualTo(ExitCode.FAILED.status());
    assertThat(err.toString()).doesNotContain("secret detail");
  }

  @Test
  void locksAreAddedListedAndTakenAway() {
    assertThat(ask("locks", "add", "--user", "bob", "--message", "left", "--ttl", "2h")).isZero();
    assertThat(out).hasToString("l-1\n");
    assertThat(ask("locks", "ls")).isZero();
    assertThat(out.toString()).contains("l-1", "user:bob", "left");
    assertThat(ask("locks", "rm", "l-1")).isZero();
    assertThat(ask("locks", "ls", "--format", "json")).isZero();
    assertThat(out.toString()).doesNotContain("bob");
    assertThat(ask("locks", "add")).isEqualTo(ExitCode.USAGE.status());
    assertThat(ask("locks", "add", "--user", "a", "--role", "b"))
        .isEqualTo(ExitCode.USAGE.status());
  }

  @Test
  void statusAndVersionAreShown() {
    assertThat(ask("status")).isZero();
    assertThat(out.toString()).contains("Cluster:           demo", "Kube clusters:     prod");
    assertThat(run("version")).isZero();
    assertThat(out).hasToString("jtsh-cluster 0.1.0\n");
  }

  @Test
  void everyFailureHasItsOwnStatusAndOneLine() {
    assertThat(ask("users", "rm", "bob")).isEqualTo(ExitCode.NOT_FOUND.status());
    assertThat(err).hasToString("jtsh-cluster: there is no user \"bob\"\n");
    assertThat(ask("users", "add", "bob", "--roles", "none")).isEqualTo(ExitCode.REFUSED.status());
    assertThat(run("users")).isEqualTo(ExitCode.USAGE.status());
    assertThat(run("users", "ls", "--data-dir", "/nonexistent"))
        .isEqualTo(ExitCode.NOT_RUNNING.status());
    assertThat(run("start", "--listen", "x")).isEqualTo(ExitCode.USAGE.status());
    assertThat(err.toString()).contains("write host:port");
    assertThat(run("start", "--listen", "0.0.0.0:1")).isEqualTo(ExitCode.CONFIG.status());
    assertThat(run("start")).isEqualTo(ExitCode.CANNOT_START.status());
    assertThat(err).hasToString("jtsh-cluster: cannot listen on 127.0.0.1:1\n");
  }

  @Test
  void wordsOfOtherProgramsMeanOurs() {
    for (String version : new String[] {"--version", "-V"}) {
      assertThat(run(version)).isZero();
      assertThat(out).hasToString("jtsh-cluster 0.1.0\n");
    }
    assertThat(run("help")).isZero();
    assertThat(out.toString()).contains("Usage: jtsh-cluster", "jtsh-cluster help COMMAND");
    assertThat(run("help", "users", "add")).isZero();
    assertThat(out.toString()).contains("Usage: jtsh-cluster users add");
  }

  @Test
  void anUnknownWordIsNamedWithWhatWasProbablyMeant() {
    assertThat(run("users", "ad", "bob")).isEqualTo(ExitCode.USAGE.status());
    assertThat(err.toString())
        .startsWith("jtsh-cluster: there is no command ad here; did you mean add?\n");
    assertThat(run("help", "nonsense")).isEqualTo(ExitCode.USAGE.status());
    assertThat(err.toString()).startsWith("jtsh-cluster: there is no command nonsense here");
    assertThat(run("status", "--nonsense")).isEqualTo(ExitCode.USAGE.status());
    assertThat(err.toString()).startsWith("jtsh-cluster: there is no option --nonsense here");
  }

  @Test
  void filesThatCannotBeReadAreNamedWithTheReason() throws IOException {
    Path file = Files.write(directory.resolve("c.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});
    for (String config : new String[] {file.toString(), directory.toString()}) {
      assertThat(run("start", "--config", config)).isEqualTo(ExitCode.CONFIG.status());
      assertThat(err.toString())
          .startsWith("jtsh-cluster: " + config + ": cannot be read: ")
          .containsPattern("(it is no text in UTF-8|Is a directory)")
          .doesNotContain("Exception", "null", "Input length");
    }
  }

  @Test
  void outputThatDoesNotArriveIsAFailure() {
    PrintWriter full =
        new PrintWriter(
            new Writer() {
              @Override
              public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("No space left on device");
              }

              @Override
              public void flush() {}

              @Override
              public void close() {}
            });
    Outside outside =
        new Outside(
            InstantSource.system(),
            new SecureRandom(),
            Map.of(),
            full,
            new PrintWriter(err),
            new CompletableFuture<Void>());

    int status =
        new ClusterProgram(
                outside,
                (config, world) -> {
                  throw new IOException("not started here");
                },
                (config, world) -> {
                  throw new IOException("not started here");
                })
            .run("version");

    assertThat(status).isEqualTo(ExitCode.OUTPUT_LOST.status());
    assertThat(err.toString()).startsWith("jtsh-cluster: the output could not be written");
  }

  @Test
  void helpShowsTheCommandsAndTheExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("start", "users", "roles", "tokens", "Exit codes:");
    for (ExitCode code : ExitCode.values()) {
      assertThat(out.toString()).contains(code.meaning().split(" ")[0]);
    }
  }
}

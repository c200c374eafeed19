// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import dev.jtsh.tests.kubernetes.KubernetesCluster;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.kubernetes.SharedKubernetes;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Where the stories happen: one Kubernetes with the kube cluster name {@code c1}, one jtsh-cluster
 * in front of it, and the user {@code alice}, who has a laptop with a security key. One for all
 * stories of a JVM.
 */
final class StoryWorld implements AutoCloseable {
  /** Ends a wait that would be in vain; machines that build at the same time are slow. */
  static final Duration SOON = Duration.ofSeconds(60);

  static final String USER = "alice";
  static final String KUBE = "c1";
  static final String PROMPT = "story> ";
  private static final String GROUP = "story-admins";
  private static final String PASSWORD = "a password for stories only";

  private final Path root = Path.of(System.getProperty("jtsh.root", ".")).toAbsolutePath();
  private final Path directory;
  private final KubernetesCluster kubernetes;
  private final RunningCluster cluster;
  private final Laptop laptop;

  private StoryWorld(Path directory) throws IOException {
    this.directory = directory;
    kubernetes = SharedKubernetes.get();
    kubernetes.bindGroup(GROUP, "cluster-admin");
    furnish(Files.createDirectory(home()));
    cluster =
        RunningCluster.start(
            root,
            Files.createDirectory(directory.resolve("cluster")),
            "story",
            Map.of(KUBE, kubernetes.agentKubeconfig()));
    boolean ready = false;
    try {
      // A JVM that is told to end closes no store.
      Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "end of the story cluster"));
      laptop = enrol(USER, "kubernetes_groups: [\"" + GROUP + "\"]");
      ready = true;
    } finally {
      if (!ready) {
        close();
      }
    }
  }

  /** What is in a user's home: start files with a known prompt, and a kubeconfig of their own. */
  private static void furnish(Path home) throws IOException {
    String prompt = "PS1='" + PROMPT + "'\n";
    Files.writeString(home.resolve(".bashrc"), prompt + "bind 'set enable-bracketed-paste off'\n");
    Files.writeString(home.resolve(".zshrc"), prompt);
    Path fish = Files.createDirectories(home.resolve(".config/fish"));
    Files.writeString(
        fish.resolve("config.fish"),
        "set -g fish_greeting\nfunction fish_prompt; printf '" + PROMPT + "'; end\n");
    Path kube = Files.createDirectory(home.resolve(".kube"));
    Files.writeString(
        kube.resolve("config"), "apiVersion: v1\nkind: Config\ncurrent-context: mine\n");
  }

  /** A new user of the cluster who is signed up and logged in on a laptop. */
  Laptop enrol(String user, String grant) throws IOException {
    Path role = directory.resolve(user + ".yaml");
    Files.writeString(
        role,
        """
        kind: role
        version: v7
        metadata:
          name: access-%s
        spec:
          allow:
            kubernetes_labels:
              "*": "*"
            %s
        """
            .formatted(user, grant));
    cluster.addRole(role);
    String invite = cluster.addUser(user, "access-" + user);
    Path place = Files.createDirectory(directory.resolve("laptop-" + user));
    Laptop made = new Laptop(place, cluster.proxy(), user, cluster.webCa());
    made.signUp(invite, PASSWORD).orThrow();
    made.logIn(PASSWORD).orThrow();
    return made;
  }

  /** The session of {@code alice} in that shell, approved on the laptop, at its first prompt. */
  HeadlessShell open(String shell) {
    HeadlessShell opened = HeadlessShell.ask(this, environment(shell), List.of());
    opened.approve();
    opened.awaitPrompt();
    return opened;
  }

  /** The command line of a session, with more arguments at its end. */
  List<String> sessionCommand(List<String> more) {
    return sessionCommandOf(USER, more);
  }

  /** The same for another user. */
  List<String> sessionCommandOf(String user, List<String> more) {
    List<String> command = new ArrayList<>(List.of(program().toString(), "--headless"));
    command.addAll(List.of("proxy", "kube", KUBE, "--proxy=" + cluster.proxy()));
    command.addAll(List.of("--user=" + user, "--ca-file=" + cluster.webCa()));
    command.addAll(more);
    return command;
  }

  /** Starts a program on a terminal of its own in alice's home. */
  PseudoTerminal terminal(List<String> command, Map<String, String> environment) {
    return PseudoTerminal.start(command, environment, home(), TerminalSize.WIDE);
  }

  /** Runs jtsh to its end, without a terminal. */
  ProgramResult jtsh(String... arguments) {
    List<String> command = new ArrayList<>(List.of(program().toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** Runs any program to its end, without a terminal. */
  ProgramResult run(List<String> command) {
    return run(command, SOON);
  }

  /** The same with a limit of its own. */
  ProgramResult run(List<String> command, Duration limit) {
    try (RunningProgram running = RunningProgram.start(command, environment("/bin/bash"))) {
      return running.awaitEnd(limit);
    }
  }

  /** Alice's environment on the machine without a browser. */
  Map<String, String> environment(String shell) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", home().toString());
    environment.put("PATH", kubernetes.kubectl().getParent() + ":/usr/local/bin:/usr/bin:/bin");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("PS1", PROMPT); // For dash, which reads no start file.
    environment.put("SHELL", shell);
    return environment;
  }

  Path home() {
    return directory.resolve("home");
  }

  Path program() {
    return root.resolve("jtsh");
  }

  KubernetesCluster kubernetes() {
    return kubernetes;
  }

  RunningCluster cluster() {
    return cluster;
  }

  Laptop laptop() {
    return laptop;
  }

  /** A new directory that ends with this world. */
  Path newDirectory(String name) throws IOException {
    return Files.createTempDirectory(directory, name);
  }

  @Override
  public void close() {
    cluster.close();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + directory, e);
    }
  }

  /** Gives tests the world; it starts with the first and is closed after the last. */
  static final class Visit implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == StoryWorld.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(StoryWorld.class))
          .getOrComputeIfAbsent(StoryWorld.class, key -> build(), StoryWorld.class);
    }

    private static StoryWorld build() {
      try {
        return new StoryWorld(Files.createTempDirectory("jtsh-stories-"));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot build the world of the stories", e);
      }
    }
  }
}

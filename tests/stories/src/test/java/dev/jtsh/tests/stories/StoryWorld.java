// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.client.SecurityKey;
import dev.jtsh.launcher.Main;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import dev.jtsh.tests.kubernetes.KubernetesCluster;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.kubernetes.SharedKubernetes;
import dev.jtsh.tests.support.AlteredMain;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.OwnDirectory;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.TestedPrograms;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** Ends a wait for the end of a session of one minute. */
  static final Duration LONG = Duration.ofSeconds(150);

  static final String USER = "alice";
  static final String KUBE = "c1";

  /** A second kube cluster, whose API server does not answer. */
  static final String DOWN = "down";

  static final String PROMPT = "story> ";

  /** What a role's {@code allow} says of kube clusters unless it is about them. */
  static final String ALL_CLUSTERS = "kubernetes_labels: {\"*\": \"*\"}";

  private static final String GROUP = "story-admins";

  /** What it says of those who may do everything in Kubernetes. */
  static final String ADMINS = "kubernetes_groups: [" + GROUP + "]";

  private static final String PASSWORD = "a password for stories only";

  private final Path programs = TestedPrograms.directory();
  private final OwnDirectory place;
  private final Path directory;
  private final KubernetesCluster kubernetes;
  private final RunningCluster cluster;
  private final Laptop laptop;
  private final HeadlessShell forgotten;

  private StoryWorld(OwnDirectory place) throws IOException {
    this.place = place;
    directory = place.path();
    kubernetes = SharedKubernetes.get();
    kubernetes.bindGroup(GROUP, "cluster-admin");
    furnish(Files.createDirectory(home()));
    cluster =
        RunningCluster.start(
            programs,
            Files.createDirectory(directory.resolve("cluster")),
            "story",
            Map.of(KUBE, kubernetes.agentKubeconfig(), DOWN, nobodyThere()));
    boolean ready = false;
    try {
      laptop = enrol(USER, ALL_CLUSTERS + ", " + ADMINS);
      forgotten = HeadlessShell.ask(this, environment("/bin/bash"), List.of());
      ready = true;
    } finally {
      if (!ready) {
        close();
      }
    }
  }

  /** A kubeconfig of an API server that does not run. */
  private Path nobodyThere() throws IOException {
    String config = Files.readString(kubernetes.agentKubeconfig());
    String server = kubernetes.server().toString();
    if (!config.contains(server)) {
      throw new AssertionError("the agent's kubeconfig does not name " + server);
    }
    Path file = directory.resolve("down.kubeconfig");
    return Files.writeString(file, config.replace(server, "https://127.0.0.1:1"));
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
  Laptop enrol(String user, String allow) throws IOException {
    return enrol(user, allow, "");
  }

  /** The same with other options of the role; both are what stands in YAML's braces. */
  Laptop enrol(String user, String allow, String options) throws IOException {
    String invite = invite(user, allow, options);
    return enrolled(invite, new Laptop(newPlace(user), cluster.proxy(), user, cluster.webCa()));
  }

  /** The same with other security keys in the laptop than the software key. */
  Laptop enrol(String user, String allow, SecurityKey key) throws IOException {
    String invite = invite(user, allow, "");
    return enrolled(
        invite, new Laptop(newPlace(user), cluster.proxy(), user, cluster.webCa(), key));
  }

  private Path newPlace(String user) throws IOException {
    return Files.createDirectory(directory.resolve("laptop-" + user));
  }

  private static Laptop enrolled(String invite, Laptop made) {
    made.signUp(invite, PASSWORD).orThrow();
    made.logIn(PASSWORD).orThrow();
    return made;
  }

  private String invite(String user, String allow, String options) throws IOException {
    cluster.addRole("access-" + user, allow, options);
    return cluster.addUser(user, "access-" + user);
  }

  /** The session of {@code alice} in that shell, approved on the laptop, at its first prompt. */
  HeadlessShell open(String shell) {
    HeadlessShell opened = HeadlessShell.ask(this, environment(shell), List.of());
    opened.approve();
    opened.awaitPrompt();
    return opened;
  }

  /** The command of a session of {@code alice} with {@code c1}. */
  SessionCommand command() {
    return new SessionCommand(
        program(), List.of(KUBE), cluster.proxy(), USER, cluster.webCa(), List.of());
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
    return programs.resolve("jtsh");
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

  /** A request from the beginning of this world that nobody answers: its time passes meanwhile. */
  HeadlessShell forgotten() {
    return forgotten;
  }

  /** jtsh in a world that differs as {@link AlteredMain} is told; all else is as built. */
  Path alteredProgram(String property) throws IOException {
    String script = Files.readString(program());
    String classes = place(AlteredMain.class) + ":" + place(SoftwareAuthenticator.class);
    String altered =
        script
            .replace(" -cp \"", " -D" + property + " -cp \"" + classes + ":")
            .replace(" " + Main.class.getName() + " ", " " + AlteredMain.class.getName() + " ");
    assertThat(altered).contains(AlteredMain.class.getName()).contains(classes);
    Path file = newDirectory("altered").resolve("jtsh");
    Files.writeString(file, altered);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(type + " is not in a file", e);
    }
  }

  /** A new directory that ends with this world. */
  Path newDirectory(String name) throws IOException {
    return Files.createTempDirectory(directory, name);
  }

  @Override
  public void close() {
    forgotten.close();
    cluster.close();
    place.close();
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
        return new StoryWorld(OwnDirectory.create("jtsh-stories-"));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot build the world of the stories", e);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.packages;

import dev.jtsh.tests.kubernetes.KubernetesCluster;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.kubernetes.SharedKubernetes;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.OwnDirectory;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.TestedPrograms;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is around the boxes: a Kubernetes, a jtsh-cluster, a user with a laptop, the packages. */
final class BoxWorld implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(60);
  static final String KUBE = "c1";
  static final String PROMPT = "box> ";

  private static final String GROUP = "box-admins";
  private static final String PASSWORD = "a password for boxes only";
  private static final Path PACKAGES = Path.of(System.getProperty("jtsh.packages", ""));

  private final OwnDirectory place = OwnDirectory.create("jtsh-boxes-");
  private final Path directory = place.path();
  private final KubernetesCluster kubernetes;
  private final RunningCluster cluster;
  private final Laptop laptop;

  BoxWorld() throws IOException {
    kubernetes = SharedKubernetes.get();
    kubernetes.bindGroup(GROUP, "cluster-admin");
    cluster =
        RunningCluster.start(
            TestedPrograms.directory(),
            Files.createDirectory(directory.resolve("cluster")),
            "boxes",
            Map.of(KUBE, kubernetes.agentKubeconfig()));
    boolean ready = false;
    try {
      program("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key().toString());
      laptop = enrol();
      ready = true;
    } finally {
      if (!ready) {
        close();
      }
    }
  }

  private Laptop enrol() throws IOException {
    cluster.addRole(
        "access", "kubernetes_labels: {\"*\": \"*\"}, kubernetes_groups: [" + GROUP + "]", "");
    String invite = cluster.addUser(Box.USER, "access");
    Path home = Files.createDirectory(directory.resolve("laptop"));
    Laptop made = new Laptop(home, cluster.proxy(), Box.USER, cluster.webCa());
    made.signUp(invite, PASSWORD).orThrow();
    made.logIn(PASSWORD).orThrow();
    return made;
  }

  /** A package that was made, by the beginning and the end of its name. */
  static Path packaged(String beginning, String end) {
    try (Stream<Path> all = Files.list(PACKAGES)) {
      return all.filter(file -> file.getFileName().toString().startsWith(beginning))
          .filter(file -> file.toString().endsWith(end))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException("look for packages in " + PACKAGES, e);
    }
  }

  /** The client's deb as if it were of an older version. */
  Path previous() {
    Path made = directory.resolve("previous.deb");
    if (!Files.exists(made)) {
      Path script = Path.of(System.getProperty("jtsh.root", "."), "tests/packages/previous");
      program(script.toString(), packaged("jtsh_", ".deb").toString(), made.toString());
    }
    return made;
  }

  /** Gives the box's user kubectl, a key to log in with, and the authority of the cluster. */
  void furnish(Box box) throws IOException {
    box.copy(kubernetes.kubectl(), 0755, "/usr/local/bin/kubectl");
    box.copy(cluster.webCa(), 0644, "/home/alice/web-ca.pem");
    Path start =
        Files.writeString(
            directory.resolve("bashrc"),
            "PS1='" + PROMPT + "'\nunset HISTFILE\nbind 'set enable-bracketed-paste off'\n");
    box.copy(start, 0644, "/home/alice/.bashrc");
    box.run("mkdir", "-p", "/home/alice/.ssh", "/home/alice/.cache");
    box.copy(Path.of(key() + ".pub"), 0600, "/home/alice/.ssh/authorized_keys");
    box.run("chown", "-R", "alice:alice", "/home/alice");
    String host = box.run("cat", "/etc/ssh/ssh_host_ed25519_key.pub");
    Files.writeString(knownHosts(), box.address() + " " + host);
  }

  /** A login of the box's user over ssh, at its prompt. */
  PseudoTerminal logIn(Box box) {
    int port = Integer.parseInt(cluster.proxy().substring(cluster.proxy().indexOf(':') + 1));
    PseudoTerminal terminal =
        PseudoTerminal.start(
            box.login(key(), knownHosts(), port),
            Map.of("PATH", "/usr/bin:/bin", "HOME", directory.toString(), "LC_ALL", "C.UTF-8"),
            directory,
            TerminalSize.WIDE);
    terminal.expect(PROMPT, SOON);
    return terminal;
  }

  /** What the user types. */
  String command() {
    return "jtsh " + session() + " --user=" + Box.USER + " --ca-file=web-ca.pem";
  }

  /** What stands in the command line of no other process of this machine. */
  String session() {
    return "--headless proxy kube " + KUBE + " --proxy=" + cluster.proxy();
  }

  Laptop laptop() {
    return laptop;
  }

  /** Whom to trust for the proxy. */
  Path authority() {
    return cluster.webCa();
  }

  private Path key() {
    return directory.resolve("key");
  }

  private Path knownHosts() {
    return directory.resolve("known_hosts");
  }

  private static void program(String... command) {
    Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin", "HOME", "/nonexistent");
    try (RunningProgram running = RunningProgram.start(List.of(command), environment)) {
      running.awaitEnd(SOON).orThrow();
    }
  }

  @Override
  public void close() {
    cluster.close();
    place.close();
  }
}

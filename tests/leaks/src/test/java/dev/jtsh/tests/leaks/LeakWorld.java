// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import dev.jtsh.tests.kubernetes.KubernetesCluster;
import dev.jtsh.tests.kubernetes.SharedKubernetes;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.OwnDirectory;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.TestedPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Where the ring happens: a Kubernetes, a jtsh-cluster in front of it, a user of the cluster who is
 * logged in on a laptop, and an ordinary user of this machine without any privilege, who runs jtsh
 * with the usual 8 MiB of lockable memory. One for all tests of a JVM.
 */
final class LeakWorld implements AutoCloseable {
  /** Ends a wait that would be in vain; machines that build at the same time are slow. */
  static final Duration SOON = Duration.ofSeconds(60);

  /** Opens the sessions; the laptop is in this process. */
  static final String USER = "alice";

  /** Logs in and approves as the ordinary user, whom the laptop belongs to. */
  static final String LOGIN_USER = "bob";

  static final String KUBE = "c1";
  static final String PROMPT = "leaks> ";
  private static final String GROUP = "leaks-admins";

  /** Of nobody else on the machine. */
  private static final String ORDINARY_USER = "61016";

  private static final int LOCKED_BYTES_MAX = 8 << 20;
  private static final int PASSWORD_CHARACTERS = 32;
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private final Path programs = TestedPrograms.directory();
  private final String password = randomPassword();
  private final OwnDirectory place;
  private final Path directory;
  private final KubernetesCluster kubernetes;
  private final RunningCluster cluster;
  private final Laptop laptop;
  private final PublicProgram program;

  private LeakWorld(OwnDirectory place) throws IOException {
    this.place = place;
    directory = place.path();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    kubernetes = SharedKubernetes.get();
    kubernetes.bindGroup(GROUP, "cluster-admin");
    cluster =
        RunningCluster.start(
            programs, newDirectory("cluster"), "leaks", Map.of(KUBE, kubernetes.agentKubeconfig()));
    boolean ready = false;
    try {
      Files.copy(cluster.webCa(), webCa(), StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(webCa(), PosixFilePermissions.fromString("rw-r--r--"));
      program = PublicProgram.copy(programs.resolve("jtsh"), newDirectory("program"));
      cluster.addRole(
          "access", "kubernetes_labels: {\"*\": \"*\"}, kubernetes_groups: [" + GROUP + "]", "");
      laptop = enrol(USER);
      enrol(LOGIN_USER);
      furnish();
      ready = true;
    } finally {
      if (!ready) {
        close();
      }
    }
  }

  private static String randomPassword() {
    SecureRandom random = new SecureRandom();
    StringBuilder password = new StringBuilder();
    for (int i = 0; i < PASSWORD_CHARACTERS; i++) {
      password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return password.toString();
  }

  private Laptop enrol(String user) throws IOException {
    String invite = cluster.addUser(user, "access");
    Laptop made =
        new Laptop(newDirectory("laptop-" + user), cluster.proxy(), user, cluster.webCa());
    made.signUp(invite, password).orThrow();
    made.logIn(password).orThrow();
    return made;
  }

  /** A home with a known prompt; and what the user logs in with belongs to the user. */
  private void furnish() throws IOException {
    Path home = newDirectory("home");
    Files.writeString(
        home.resolve(".bashrc"),
        "PS1='" + PROMPT + "'\nunset HISTFILE\nbind 'set enable-bracketed-paste off'\n");
    newDirectory("kubectl-home");
    Path bin = newDirectory("bin");
    Files.copy(kubernetes.kubectl(), bin.resolve("kubectl"));
    Programs.run("chmod", "755", bin.resolve("kubectl").toString());
    String owner = ORDINARY_USER + ":" + ORDINARY_USER;
    Programs.run(
        "chown", "-R", owner, home.toString(), kubectlHome().toString(), laptopOfUser().toString());
  }

  /** The command, run by the ordinary user. */
  List<String> asOrdinaryUser(List<String> command) {
    String limit = "--memlock=" + LOCKED_BYTES_MAX + ":" + LOCKED_BYTES_MAX;
    List<String> words = new ArrayList<>(List.of("prlimit", limit));
    if (Programs.run("sh", "-c", "ulimit -H -c").strip().equals("unlimited")) {
      words.add("--core=unlimited:unlimited"); // That no core is written must be jtsh's own doing.
    }
    words.add("setpriv");
    words.addAll(List.of("--reuid=" + ORDINARY_USER, "--regid=" + ORDINARY_USER));
    words.addAll(List.of("--clear-groups", "--inh-caps=-all", "--no-new-privs", "--"));
    words.addAll(command);
    return words;
  }

  /** The arguments of a headless session. */
  List<String> session(Path jtsh, String user) {
    List<String> command = new ArrayList<>(List.of(jtsh.toString(), "--headless"));
    command.addAll(List.of("proxy", "kube", KUBE, "--proxy=" + cluster.proxy()));
    command.addAll(List.of("--user=" + user, "--ca-file=" + webCa()));
    return asOrdinaryUser(command);
  }

  /** The ordinary user's environment. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", home().toString());
    environment.put("PATH", kubectl().getParent() + ":/usr/bin:/bin");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("SHELL", "/bin/bash");
    return environment;
  }

  String ordinaryUser() {
    return ORDINARY_USER;
  }

  String password() {
    return password;
  }

  Path home() {
    return directory.resolve("home");
  }

  /** Where everybody can run it. */
  Path kubectl() {
    return directory.resolve("bin").resolve("kubectl");
  }

  /** Where kubectl keeps what it has learnt. */
  Path kubectlHome() {
    return directory.resolve("kubectl-home");
  }

  /** What {@link #LOGIN_USER} has on the laptop: a login and a software key. */
  Path laptopOfUser() {
    return directory.resolve("laptop-" + LOGIN_USER);
  }

  /** Readable for everybody. */
  Path webCa() {
    return directory.resolve("web-ca.pem");
  }

  Path clusterData() {
    return directory.resolve("cluster");
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

  PublicProgram program() {
    return program;
  }

  /** A new directory that ends with this world. */
  Path newDirectory(String name) throws IOException {
    Path made = Files.createDirectory(directory.resolve(name));
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    return made;
  }

  @Override
  public void close() {
    cluster.close();
    place.close();
  }

  /** Gives tests the world; it starts with the first and is closed after the last. */
  static final class Visit implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == LeakWorld.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(LeakWorld.class))
          .getOrComputeIfAbsent(LeakWorld.class, key -> build(), LeakWorld.class);
    }

    private static LeakWorld build() {
      try {
        return new LeakWorld(OwnDirectory.create("jtsh-leaks-"));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot build the world of the leaks", e);
      }
    }
  }
}

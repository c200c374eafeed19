// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import dev.jtsh.tests.browser.Browser.Window;
import dev.jtsh.tests.kubernetes.KubernetesCluster;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.kubernetes.SharedKubernetes;
import dev.jtsh.tests.support.OwnDirectory;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.TestedJtsh;
import dev.jtsh.tests.support.TestedPrograms;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a company has: a cluster under its name, a remote box with sshd and no browser, a laptop
 * with one. The cluster's Kubernetes is real.
 */
final class ThreeHosts implements AutoCloseable {
  static final String USER = "alice";
  static final String KUBE = "prod";
  static final String PROMPT = "box> ";

  private static final String NAME = "proxy.jtsh.test";
  private static final String BOX_NAME = "box.jtsh.test";
  private static final String GROUP = "three-hosts-admins";
  private static final String PASSWORD = "a password for three hosts only";

  private final OwnDirectory place = OwnDirectory.create("jtsh-hosts-");
  private final Path directory = place.path();
  private final Networks networks = Networks.lay(directory, NAME, BOX_NAME);
  private final RunningCluster cluster;
  private final RunningProgram sshd;

  ThreeHosts() throws IOException {
    KubernetesCluster kubernetes = SharedKubernetes.get();
    kubernetes.bindGroup(GROUP, "cluster-admin");
    cluster =
        RunningCluster.start(
            TestedPrograms.directory(),
            Files.createDirectory(directory.resolve("cluster")),
            "hosts",
            Map.of(KUBE, kubernetes.agentKubeconfig()),
            List.of(),
            new RunningCluster.Place(Networks.CLUSTER, NAME));
    Files.createDirectory(laptop());
    BrowserTrust.below(laptop()).add("jtsh", cluster.webCa());
    sshd = startSshd(kubernetes);
    signUp();
  }

  /** The person's only way in: a password and a key on the laptop. */
  private void signUp() throws IOException {
    cluster.addRole(
        "access", "kubernetes_labels: {\"*\": \"*\"}, kubernetes_groups: [" + GROUP + "]", "");
    String lines = cluster.addUser(USER, "access") + "\n" + PASSWORD + "\n" + PASSWORD + "\n";
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        networks.onLaptop(
            java,
            "--enable-native-access=ALL-UNNAMED",
            "-D" + TestedJtsh.KEY + "=" + softwareKey(),
            "-cp",
            System.getProperty("java.class.path"),
            TestedJtsh.class.getName(),
            "signup",
            "--proxy=" + cluster.proxy(),
            "--user=" + USER,
            "--ca-file=" + cluster.webCa());
    Map<String, String> environment =
        Map.of("HOME", laptop().toString(), "PATH", "/usr/bin:/bin:/usr/sbin");
    try (RunningProgram running = RunningProgram.start(command, environment)) {
      running.stdin().write(lines.getBytes(StandardCharsets.UTF_8));
      running.stdin().flush();
      running.awaitEnd(BrowserWorld.SOON).orThrow();
    }
  }

  private RunningProgram startSshd(KubernetesCluster kubernetes) throws IOException {
    Path home = Files.createDirectory(directory.resolve("box"));
    Path programs = Files.createDirectory(directory.resolve("bin"));
    Files.writeString( // A login's /etc/profile has a PATH of its own.
        home.resolve(".bash_profile"), "PATH=" + programs + ":$PATH\n. ~/.bashrc\n");
    Files.writeString(
        home.resolve(".bashrc"), "PS1='" + PROMPT + "'; bind 'set enable-bracketed-paste off'\n");
    Files.createSymbolicLink(
        programs.resolve("jtsh"), TestedPrograms.directory().resolve("jtsh").toRealPath());
    Files.createSymbolicLink(programs.resolve("kubectl"), kubernetes.kubectl());
    for (String key : List.of("host", "person")) {
      run(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file(key)));
    }
    Path configuration =
        Files.writeString(
            directory.resolve("sshd_config"),
            """
            ListenAddress %s
            HostKey %s
            PidFile none
            AuthorizedKeysFile %s.pub
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            PermitRootLogin prohibit-password
            PrintMotd no
            PrintLastLog no
            SetEnv HOME=%s TELEPORT_PROXY=%s TELEPORT_USER=%s SSL_CERT_FILE=%s
            """
                .formatted(
                    Networks.BOX_FROM_LAPTOP,
                    file("host"),
                    file("person"),
                    home,
                    cluster.proxy(),
                    USER,
                    cluster.webCa()));
    String[] serve = {"/usr/sbin/sshd", "-D", "-e", "-f", configuration.toString()};
    Files.createDirectories(Path.of("/run/sshd")); // It wants an empty directory for its helpers.
    RunningProgram started =
        RunningProgram.start(
            networks.onBox(serve), Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin"));
    boolean listens = false;
    try {
      started.awaitStderr("Server listening on", BrowserWorld.SOON);
      listens = true;
      return started;
    } finally {
      if (!listens) {
        started.close();
      }
    }
  }

  /** A terminal of the laptop that logs in to the box. */
  PseudoTerminal loggedIn() throws IOException {
    Path known =
        Files.writeString(
            directory.resolve("known_hosts"),
            BOX_NAME + " " + Files.readString(Path.of(file("host") + ".pub")));
    List<String> ssh = new ArrayList<>(List.of("ssh", "-F", "none", "-i", file("person")));
    ssh.addAll(List.of("-o", "UserKnownHostsFile=" + known, "-o", "StrictHostKeyChecking=yes"));
    ssh.addAll(List.of("-o", "BatchMode=yes", BOX_NAME));
    PseudoTerminal terminal =
        PseudoTerminal.start(
            networks.onLaptop(ssh.toArray(String[]::new)),
            Map.of("HOME", laptop().toString(), "PATH", "/usr/bin:/bin:/usr/sbin"),
            laptop(),
            TerminalSize.WIDE);
    boolean ready = false;
    try {
      terminal.expect(PROMPT, BrowserWorld.SOON);
      ready = true;
      return terminal;
    } finally {
      if (!ready) {
        terminal.close();
      }
    }
  }

  /** The laptop's browser, with the person's key in it. */
  Browser browser() throws IOException {
    Browser started =
        Browser.start(
            networks.onLaptop(
                "chromedriver", "--allowed-ips=" + Networks.LAPTOP_PEER, "--allowed-origins=*"),
            Networks.LAPTOP,
            laptop(),
            Files.createDirectory(directory.resolve("profile")),
            Window.DESKTOP,
            false);
    started.give(Passkey.of(softwareKey()));
    return started;
  }

  /** What the link of a request begins with. */
  String links() {
    return "https://" + cluster.proxy() + "/web/headless/";
  }

  /** The commands that run on the box. */
  String runningOnBox() {
    return networks.runningOnBox();
  }

  private Path laptop() {
    return directory.resolve("laptop");
  }

  private Path softwareKey() {
    return laptop().resolve("software-key");
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private static ProgramResult run(List<String> command) {
    try (RunningProgram running = RunningProgram.start(command, Map.of("PATH", "/usr/bin:/bin"))) {
      return running.awaitEnd(BrowserWorld.SOON).orThrow();
    }
  }

  @Override
  public void close() {
    sshd.close();
    cluster.close();
    networks.close();
    place.close();
  }
}

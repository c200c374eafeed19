// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.startup;

import dev.jtsh.bench.Measurements;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.ShownRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Headless sessions of the installed program with a jtsh-cluster on loopback: how long until the
 * link stands there, how long from the approval until the command starts, and what a jtsh takes
 * while it waits and while its session is idle. Its Kubernetes cluster is never asked anything.
 */
final class SessionStart implements AutoCloseable {
  private static final String USER = "bench";
  private static final String KUBE = "bench";
  private static final String PASSWORD = "only for this benchmark";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration SETTLED = Duration.ofSeconds(3);
  private static final Pattern ID = Pattern.compile("headless approve [^\\n]* ([0-9a-f-]{36})\\s");
  private static final Pattern NUMBER = Pattern.compile("Number to match: ([0-9]{3})\\s");
  private static final double KIB = 1024;
  private static final double TICK_MILLIS = 10;

  private static final String ROLE =
      """
      kind: role
      version: v7
      metadata:
        name: access
      spec:
        allow:
          kubernetes_labels:
            "*": "*"
          kubernetes_groups: ["bench"]
      """;

  private static final String KUBECONFIG =
      """
      apiVersion: v1
      kind: Config
      clusters:
      - name: nowhere
        cluster:
          server: https://127.0.0.1:1
          certificate-authority: ca.pem
      users:
      - name: nobody
        user:
          token: none
      contexts:
      - name: nowhere
        context:
          cluster: nowhere
          user: nobody
      current-context: nowhere
      """;

  private final Path work;
  private final RunningCluster cluster;
  private final Laptop laptop;

  private SessionStart(Path work, RunningCluster cluster, Laptop laptop) {
    this.work = work;
    this.cluster = cluster;
    this.laptop = laptop;
  }

  /**
   * Starts the cluster and logs somebody in who approves.
   *
   * @param programs where {@code jtsh-cluster} is
   * @param work an empty directory
   */
  static SessionStart begin(Path programs, Path work) throws IOException {
    Path kubeconfig = Files.writeString(work.resolve("kubeconfig"), KUBECONFIG);
    Files.writeString(work.resolve("ca.pem"), Pem.encode(authority()));
    Path role = Files.writeString(work.resolve("role.yaml"), ROLE);
    Path data = Files.createDirectory(work.resolve("cluster"));
    RunningCluster cluster =
        RunningCluster.start(programs, data, "bench", Map.of(KUBE, kubeconfig));
    boolean ready = false;
    try {
      cluster.addRole(role);
      String invite = cluster.addUser(USER, "access");
      Path home = Files.createDirectory(work.resolve("laptop"));
      Laptop laptop = new Laptop(home, cluster.proxy(), USER, cluster.webCa());
      laptop.signUp(invite, PASSWORD).orThrow();
      laptop.logIn(PASSWORD).orThrow();
      ready = true;
      return new SessionStart(work, cluster, laptop);
    } finally {
      if (!ready) {
        cluster.close();
      }
    }
  }

  /** Of nobody: the agent wants one. */
  private static X509Certificate authority() {
    Instant now = Instant.now();
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      return CertificateAuthority.create("nowhere", key, now, now.plus(Duration.ofDays(1)))
          .certificate();
    }
  }

  /** One session from Enter to its end. */
  void once(String jtsh, Measurements results) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            jtsh,
            "--headless",
            "proxy",
            "kube",
            KUBE,
            "--proxy=" + cluster.proxy(),
            "--user=" + USER,
            "--ca-file=" + cluster.webCa(),
            "--",
            "sh",
            "-c",
            "echo started; cat");
    Map<String, String> environment =
        Map.of("HOME", work.toString(), "PATH", "/usr/local/bin:/usr/bin:/bin");
    long enter = System.nanoTime();
    try (RunningProgram session = RunningProgram.start(command, environment)) {
      session.awaitStderr("/web/headless/", LIMIT);
      results.add("wall ms", "ms", "link printed", since(enter));
      results.add("CPU ms", "ms", "link printed", cpuMillis(session.pid()));
      String said = session.awaitStderr("Number to match: ", LIMIT);
      while (!NUMBER.matcher(said).find()) {
        said = session.awaitStderr("\n\n", LIMIT); // The rest of the line is on its way.
      }
      ShownRequest request = new ShownRequest(group(ID, said), group(NUMBER, said));
      results.add("resident MiB", "MiB", "waiting jtsh", residentMib(session.pid()));
      double waited = cpuMillis(session.pid());
      laptop.approve(request).orThrow();
      long approved = System.nanoTime();
      session.awaitStdout("started", LIMIT);
      results.add("wall ms", "ms", "approval to prompt", since(approved));
      results.add("CPU ms", "ms", "approval to prompt", cpuMillis(session.pid()) - waited);
      Thread.sleep(SETTLED);
      results.add("resident MiB", "MiB", "idle session", residentMib(session.pid()));
      session.awaitEnd(LIMIT);
    }
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private static String group(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    if (!found.find()) {
      throw new IllegalStateException("no " + pattern + " in: " + text);
    }
    return found.group(1);
  }

  /** Used so far; the kernel counts in hundredths of a second. */
  private static double cpuMillis(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    // The name, in parentheses, may hold anything; utime and stime are fields 14 and 15.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Double.parseDouble(fields[11]) + Double.parseDouble(fields[12])) * TICK_MILLIS;
  }

  private static double residentMib(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) / KIB;
      }
    }
    throw new IOException("the process has ended: " + pid);
  }

  @Override
  public void close() {
    cluster.close();
  }
}

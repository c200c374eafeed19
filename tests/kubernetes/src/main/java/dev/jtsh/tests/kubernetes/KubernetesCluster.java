// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One running Kubernetes with one node. It ends with {@link #close()} and also with this JVM,
 * however that ends: the cluster watches the pipe to it.
 */
public final class KubernetesCluster implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofSeconds(150);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(25);
  private static final Duration STEP_LIMIT = Duration.ofSeconds(60);

  private final KubernetesPrograms programs;
  private final RunningProgram process;
  private final Path directory;
  private final URI server;
  private final AtomicInteger usersMade = new AtomicInteger();

  private KubernetesCluster(
      KubernetesPrograms programs, RunningProgram process, Path directory, URI server) {
    this.programs = programs;
    this.process = process;
    this.directory = directory;
    this.server = server;
  }

  /**
   * Starts a cluster, and builds its programs first where that has not been done.
   *
   * @return when the API server answers and the node is ready
   * @throws IllegalStateException with the ends of the logs, when it does not come up
   */
  public static KubernetesCluster start() {
    KubernetesPrograms programs = KubernetesPrograms.build();
    Path directory = newDirectory();
    RunningProgram process =
        RunningProgram.start(
            programs.runCommand(directory),
            Map.of("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin")));
    try {
      process.awaitStdout("\n", READY_LIMIT);
      return new KubernetesCluster(programs, process, directory, serverOf(directory));
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /** Where all files of the cluster are, its logs among them; gone after {@link #close()}. */
  public Path directory() {
    return directory;
  }

  /** A kubeconfig that may do everything (a member of {@code system:masters}). */
  public Path adminKubeconfig() {
    return directory.resolve("admin.kubeconfig");
  }

  /**
   * A kubeconfig for jtsh's agent: user {@code jtsh-agent}, who may impersonate users, groups and
   * service accounts, ask what it may do itself, and nothing else.
   */
  public Path agentKubeconfig() {
    return directory.resolve("agent.kubeconfig");
  }

  /** Where the API server listens, {@code https://127.0.0.1:PORT}. */
  public URI server() {
    return server;
  }

  /** The certificate of the authority that signed everything in this cluster. */
  public String caPem() {
    return read(directory.resolve("ca.crt"));
  }

  /** A kubectl of the API server's version. */
  public Path kubectl() {
    return programs.kubectl();
  }

  /** What the kubelet endpoint was asked for, one line per request, with the upgrade it came by. */
  public String kubeletLog() {
    return read(directory.resolve("log").resolve("kubelet.log"));
  }

  /** kubectl as the administrator. */
  public Kubectl asAdmin() {
    return Kubectl.of(kubectl(), adminKubeconfig(), directory.resolve("home"));
  }

  /** kubectl as {@code user}, known by a client certificate made now, in {@code groups}. */
  public Kubectl as(String user, String... groups) {
    return asAdmin().withKubeconfig(userKubeconfig(user, groups));
  }

  /**
   * Makes a kubeconfig with a fresh client certificate that Kubernetes reads as {@code user} in
   * {@code groups}. What they may do is up to {@link #bindGroup} and its like.
   */
  public Path userKubeconfig(String user, String... groups) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(programs.testcluster().toString(), "kubeconfig"));
    command.addAll(List.of(directory.toString(), user));
    command.addAll(List.of(groups));
    try (RunningProgram making = RunningProgram.start(command, Map.of())) {
      String text = making.awaitEnd(STEP_LIMIT).orThrow().stdout();
      Path file = directory.resolve("user-" + usersMade.incrementAndGet() + ".kubeconfig");
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the kubeconfig of " + user, e);
    }
  }

  /** Gives a group a cluster role ({@code view}, {@code edit}, {@code cluster-admin}, …). */
  public void bindGroup(String group, String clusterRole) {
    bind("Group", group, clusterRole);
  }

  /** Gives a user a cluster role. */
  public void bindUser(String user, String clusterRole) {
    bind("User", user, clusterRole);
  }

  private void bind(String kind, String name, String clusterRole) {
    String manifest =
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: test:%1$s:%2$s:%3$s
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "%3$s"}
        subjects:
        - {apiGroup: rbac.authorization.k8s.io, kind: %1$s, name: "%2$s"}
        """
            .formatted(kind, name, clusterRole);
    apply(manifest);
  }

  /** Applies a manifest as the administrator. */
  public void apply(String manifest) {
    asAdmin().runWithInput(manifest, "apply", "-f", "-").orThrow();
  }

  /**
   * Runs a pod in namespace {@code default} and waits until it is ready.
   *
   * @param name the pod's name
   * @param command what it runs on this machine; nothing for the sample program, which answers HTTP
   *     on any forwarded port and logs a line per second
   */
  public void runPod(String name, String... command) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("run", name, "--image=test", "--restart=Never"));
    if (command.length > 0) {
      arguments.addAll(List.of("--command", "--"));
      arguments.addAll(List.of(command));
    }
    asAdmin().run(arguments.toArray(String[]::new)).orThrow();
    asAdmin().run("wait", "pod", name, "--for=condition=Ready", "--timeout=30s").orThrow();
  }

  /** Deletes a pod of namespace {@code default} and waits until it is gone with its processes. */
  public void deletePod(String name) {
    asAdmin().run("delete", "pod", name, "--ignore-not-found", "--timeout=30s").orThrow();
  }

  /** Ends every process of the cluster and removes its files. */
  @Override
  public void close() {
    try (process) {
      process.awaitEnd(STOP_LIMIT); // The end of its stdin tells the cluster to stop.
    }
  }

  private static Path newDirectory() {
    try {
      return Files.createTempDirectory("jtsh-kubernetes-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory for the cluster", e);
    }
  }

  private static URI serverOf(Path directory) {
    String label = "server: ";
    return read(directory.resolve("admin.kubeconfig"))
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith(label))
        .map(line -> URI.create(line.substring(label.length())))
        .findFirst()
        .orElseThrow();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}

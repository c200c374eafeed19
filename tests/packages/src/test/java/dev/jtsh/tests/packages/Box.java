// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.packages;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Ulimit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.IsRunningStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A remote machine: Debian with sshd and an ordinary user, without Java. */
final class Box implements AutoCloseable {
  /** Of root in the box. */
  private static final String ROOT_HOME = "/root";

  static final String USER = "alice";

  /** Made by tests/packages/engine, from no registry. */
  private static final String IMAGE = "jtsh-box:latest";

  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  /** What a login over ssh has where nobody changed it. */
  private static final long LOCKED_BYTES = 8L << 20;

  /** Running, or so but for services of the image that have nothing to do in a container. */
  private static final String AWAIT_SYSTEMD =
      "until systemctl is-system-running --wait 2>/dev/null | grep -qE 'running|degraded';"
          + " do sleep 0.2; done";

  private static final String FIRST =
      "useradd -m -s /bin/bash "
          + USER
          + " && mkdir -p /run/sshd && ssh-keygen -A && exec /usr/sbin/sshd -D -e";

  private final GenericContainer<?> container;

  private Box(GenericContainer<?> container) {
    this.container = container;
  }

  /** A running one. */
  @SuppressWarnings("resource") // Closed with the box.
  static Box start() {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withCommand("/bin/sh", "-c", FIRST)
            .withCreateContainerCmdModifier(create ->
                Objects.requireNonNull(create.getHostConfig())
                    .withUlimits(new Ulimit[] {new Ulimit("memlock", LOCKED_BYTES, LOCKED_BYTES)}))
            .withStartupCheckStrategy(new IsRunningStartupCheckStrategy())
            .waitingFor(
                Wait.forLogMessage(".*Server listening on.*\\n", 1)
                    .withStartupTimeout(START_LIMIT));
    container.start();
    return new Box(container);
  }

  /** One whose first process is systemd, which makes groups of processes and sandboxes. */
  @SuppressWarnings("resource") // Closed with the box.
  static Box startSystemd() {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withCommand("/sbin/init")
            .withTmpFs(Map.of("/run", "rw", "/run/lock", "rw"))
            .withFileSystemBind("/sys/fs/cgroup", "/sys/fs/cgroup", BindMode.READ_WRITE)
            .withEnv("container", "docker")
            .withCreateContainerCmdModifier(create ->
                Objects.requireNonNull(create.getHostConfig())
                    .withCapAdd(Capability.SYS_ADMIN, Capability.SYS_PTRACE, Capability.IPC_LOCK)
                    .withSecurityOpts(List.of("seccomp=unconfined", "apparmor=unconfined")))
            .withStartupCheckStrategy(new IsRunningStartupCheckStrategy());
    container.start();
    Box box = new Box(container);
    try {
      box.attempt("timeout", "60", "sh", "-c", AWAIT_SYSTEMD);
      return box;
    } catch (RuntimeException | Error e) {
      box.close();
      throw e;
    }
  }

  /** Runs a program as root; fails unless it succeeds. */
  String run(String... command) {
    ExecResult result = attempt(command);
    if (result.getExitCode() != 0) {
      throw new AssertionError(
          "%s: status %d%n%s%n%s"
              .formatted(
                  Arrays.toString(command),
                  result.getExitCode(),
                  result.getStdout(),
                  result.getStderr()));
    }
    return result.getStdout();
  }

  /** The same, whatever comes of it. */
  ExecResult attempt(String... command) {
    try {
      return container.execInContainer(command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Brings a file of this machine into the box. */
  void copy(Path file, int mode, String to) {
    container.copyFileToContainer(MountableFile.forHostPath(file, mode), to);
  }

  /** Installs a deb, or upgrades to it. */
  void install(Path deb) {
    String file = ROOT_HOME + "/" + deb.getFileName();
    copy(deb, 0644, file);
    run("dpkg", "-i", file);
    run("rm", file);
  }

  /**
   * Every file, directory and link of the box but for the lists of packages, logs, the greeting
   * that a login leaves, and what is no file.
   */
  SortedSet<String> files() {
    String all =
        run(
            "find",
            "/",
            "-xdev",
            "(",
            "-path",
            "/proc",
            "-o",
            "-path",
            "/var/lib/dpkg",
            "-o",
            "-path",
            ROOT_HOME + "/.rpmdb",
            "-o",
            "-path",
            "/run/motd.dynamic",
            "-o",
            "-path",
            "/var/log",
            ")",
            "-prune",
            "-o",
            "-print");
    return new TreeSet<>(List.of(all.split("\n")));
  }

  /** Processes with this word in their command lines. */
  String processes(String word) {
    return attempt("pgrep", "-a", "-f", "[" + word.charAt(0) + "]" + word.substring(1)).getStdout();
  }

  /**
   * The command of a login over ssh.
   *
   * @param key the user's private key
   * @param knownHosts where the box's own key stands
   * @param port reached in the box under the same number on localhost
   */
  List<String> login(Path key, Path knownHosts, int port) {
    List<String> words = new ArrayList<>(List.of("ssh", "-tt", "-F", "none", "-i", key.toString()));
    words.addAll(List.of("-o", "UserKnownHostsFile=" + knownHosts, "-o", "BatchMode=yes"));
    words.addAll(List.of("-o", "SendEnv=LC_ALL", "-o", "ExitOnForwardFailure=yes"));
    words.addAll(List.of("-R", port + ":localhost:" + port, USER + "@" + address()));
    return words;
  }

  /** Where it is on the network between boxes and this machine. */
  String address() {
    return container.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
        .map(network -> Objects.requireNonNull(network.getIpAddress()))
        .findFirst()
        .orElseThrow();
  }

  /** What its first process said. */
  String log() {
    return container.getLogs();
  }

  @Override
  public void close() {
    container.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The true {@code jtsh-cluster} as a process of its own: auth, proxy and agent on loopback. It ends
 * with this JVM, however that ends.
 */
public final class RunningCluster implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(60);

  private final Path program;
  private final Path dataDirectory;
  private final RunningProgram process;
  private final Guard guard;
  private final String proxy;

  private RunningCluster(
      Path program, Path dataDirectory, RunningProgram process, Guard guard, String proxy) {
    this.program = program;
    this.dataDirectory = dataDirectory;
    this.process = process;
    this.guard = guard;
    this.proxy = proxy;
  }

  /**
   * Starts one and waits until it serves.
   *
   * @param programs the directory of the program
   * @param dataDirectory its own, new
   * @param name the cluster's name
   * @param kubeconfigs for each kube cluster the file its agent uses
   */
  public static RunningCluster start(
      Path programs, Path dataDirectory, String name, Map<String, Path> kubeconfigs) {
    return start(programs, dataDirectory, name, kubeconfigs, List.of());
  }

  /**
   * The same with more options.
   *
   * @param options further ones of its {@code start}
   */
  public static RunningCluster start(
      Path programs,
      Path dataDirectory,
      String name,
      Map<String, Path> kubeconfigs,
      List<String> options) {
    return start(programs, dataDirectory, name, kubeconfigs, options, Place.LOOPBACK);
  }

  /**
   * Where a cluster is reached.
   *
   * @param address what it listens on
   * @param host its name for users
   */
  public record Place(String address, String host) {
    static final Place LOOPBACK = new Place("127.0.0.1", "localhost");
  }

  /**
   * The same somewhere else than on loopback.
   *
   * @param place where; the port is any that is free
   */
  public static RunningCluster start(
      Path programs,
      Path dataDirectory,
      String name,
      Map<String, Path> kubeconfigs,
      List<String> options,
      Place place) {
    Path program = programs.resolve("jtsh-cluster");
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "start",
                "--data-dir=" + dataDirectory,
                "--cluster-name=" + name,
                "--listen=" + place.address() + ":0",
                "--public-addr=" + place.host() + ":0"));
    command.addAll(options);
    kubeconfigs.forEach((kube, file) -> command.add("--kubeconfig=" + kube + "=" + file));
    RunningProgram process = RunningProgram.start(command, environment());
    Guard guard = Guard.killing(process.pid());
    try {
      String said = process.awaitStdout("is ready", START_LIMIT);
      Matcher address = Pattern.compile(Pattern.quote(place.host()) + ":[0-9]{2,5}").matcher(said);
      if (!address.find()) {
        throw new AssertionError("jtsh-cluster does not say where it is: " + said);
      }
      return new RunningCluster(program, dataDirectory, process, guard, address.group());
    } catch (RuntimeException | Error e) {
      process.close();
      guard.close();
      throw e;
    }
  }

  /** Where users reach it, {@code HOST:PORT}. */
  public String proxy() {
    return proxy;
  }

  /** The certificate to trust for its web port. */
  public Path webCa() {
    return dataDirectory.resolve("web-ca.pem");
  }

  /** Its audit log, one JSON line for each event. */
  public Path auditLog() {
    return dataDirectory.resolve("audit.log");
  }

  /**
   * Adds a role.
   *
   * @param allow what stands between the braces of {@code allow} in YAML
   * @param options the same for {@code options}; often empty
   */
  public void addRole(String name, String allow, String options) throws IOException {
    Path file = dataDirectory.resolveSibling("role-" + name + ".yaml");
    Files.writeString(
        file,
        """
        kind: role
        version: v7
        metadata: {name: "%s"}
        spec:
          options: {%s}
          allow: {%s}
        """
            .formatted(name, options, allow));
    addRole(file);
  }

  /** Adds a role from a YAML document. */
  public void addRole(Path file) {
    command("roles", "add", "-f", file.toString()).orThrow();
  }

  /**
   * Adds a user.
   *
   * @return the invite
   */
  public String addUser(String user, String... roles) {
    String answer =
        command("users", "add", user, "--roles=" + String.join(",", roles), "--format=json")
            .orThrow()
            .stdout();
    Matcher invite = Pattern.compile("\"invite\"\\s*:\\s*\"([^\"]+)\"").matcher(answer);
    if (!invite.find()) {
      throw new AssertionError("no invite in: " + answer);
    }
    return invite.group(1);
  }

  /** Runs one of its commands against the running server. */
  public ProgramResult command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    command.add("--data-dir=" + dataDirectory);
    try (RunningProgram running = RunningProgram.start(command, environment())) {
      return running.awaitEnd(COMMAND_LIMIT);
    }
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** What it has written to stderr so far. */
  public String talk() {
    return process.stderr();
  }

  @Override
  public void close() {
    process.close();
    guard.close();
  }

  private static Map<String, String> environment() {
    return Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "HOME", System.getProperty("user.home"));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.ShownRequest;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The package jtsh on a machine without Java, from its installation to its removal. */
final class ClientInBox {
  private static final Pattern RENEWAL =
      Pattern.compile("headless approve [^\\n]* ([0-9a-f-]{36})\\s");

  private final BoxWorld world = new BoxWorld();
  private final Box box = Box.start();

  ClientInBox() throws IOException {}

  @BeforeEach
  void aUserOfTheBox() throws IOException {
    world.furnish(box);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
    world.close();
  }

  @Test
  void aPersonInstallsWorksOverSshAndNothingIsLeft() {
    assertThat(box.attempt("sh", "-c", "command -v java").getStdout()).isEmpty();
    SortedSet<String> before = box.files();
    box.install(BoxWorld.packaged("jtsh_", ".deb"));
    SortedSet<String> installed = box.files();
    try (PseudoTerminal terminal = world.logIn(box)) {
      open(terminal);
      type(terminal, "kubectl get namespaces", "kube-system");
      type(terminal, "printf 'file=%s.\\n' $KUBECONFIG", "file=/proc/self/fd/3.");
      type(terminal, "jtsh status", "Requests:");
      type(terminal, "kubectl jtsh version", "jtsh v0.1.0");
      terminal.sendLine("exit");
      terminal.expect("Local proxy for Kubernetes is closed.", BoxWorld.SOON);
      terminal.expect(BoxWorld.PROMPT, BoxWorld.SOON);
      assertThat(box.processes("/usr/lib/jtsh")).isEmpty();
      terminal.sendLine("rm -rf .kube; exit"); // kubectl's own.
      terminal.awaitExit(BoxWorld.SOON);
    }
    assertThat(added(installed)).isEmpty();
    assertThat(installed).contains("/usr/share/man/man1/jtsh.1.gz", "/usr/bin/kubectl-jtsh");
    assertThat(installed).contains("/usr/lib/jtsh/start.aot", "/usr/lib/jtsh/session.aot");

    box.run("dpkg", "--purge", "jtsh");
    assertThat(added(before)).isEmpty();
    assertThat(box.run("dpkg", "-l")).doesNotContain("jtsh");
  }

  @Test
  void aSessionLivesOnWhenThePackageIsUpgradedAndWhenItIsRemoved() throws IOException {
    box.install(world.previous());
    try (PseudoTerminal terminal = world.logIn(box)) {
      open(terminal);
      // Those that were not opened yet would be missing when they are.
      assertThat(openJars()).containsExactlyElementsOf(jars());
      box.install(BoxWorld.packaged("jtsh_", ".deb"));
      assertThat(box.run("sh", "-c", "ls /usr/lib/jtsh/jars")).doesNotContain("old-");
      type(terminal, "kubectl get namespaces", "kube-system");
      type(terminal, "jtsh status", "Requests:");
      terminal.sendLine("jtsh renew; echo renewed=$?");
      String id = terminal.expect(RENEWAL, BoxWorld.SOON).group(1);
      world.laptop().approve(id).orThrow();
      terminal.expect("renewed=0", BoxWorld.SOON);
      type(terminal, "kubectl get ns kube-public -o name", "namespace/kube-public");

      box.run("dpkg", "--purge", "jtsh");
      type(terminal, "kubectl get ns kube-system -o name", "namespace/kube-system");
      terminal.sendLine("exit 7");
      terminal.expect("Local proxy for Kubernetes is closed.", BoxWorld.SOON);
      type(terminal, "echo status=$?", "status=7");
    }
  }

  @Test
  void theRpmIsInstalledRunsAndLeavesNothing() {
    SortedSet<String> before = box.files();
    box.copy(BoxWorld.packaged("jtsh-0", ".rpm"), 0644, "/jtsh.rpm");
    box.run("rpm", "--root", "/", "-i", "--nodeps", "/jtsh.rpm");
    assertThat(box.run("jtsh", "version")).startsWith("jtsh v0.1.0");
    assertThat(box.run("rpm", "-V", "--nodeps", "jtsh")).isEmpty();

    box.run("rpm", "--root", "/", "-e", "jtsh");
    box.run("rm", "/jtsh.rpm");
    assertThat(added(before)).isEmpty();
  }

  /** What is in the box now and was not. */
  private SortedSet<String> added(SortedSet<String> before) {
    SortedSet<String> now = new TreeSet<>(box.files());
    now.removeAll(before);
    return now;
  }

  /** The jars of the package. */
  private List<String> jars() {
    return box.run("sh", "-c", "ls -d /usr/lib/jtsh/jars/*").lines().sorted().toList();
  }

  /** The jars that the session's process has open. Root of this machine may look, the box's not. */
  private List<String> openJars() throws IOException {
    ProcessHandle session =
        ProcessHandle.allProcesses()
            .filter(one -> one.info().commandLine().orElse("").contains(world.session()))
            .filter(one -> one.info().command().orElse("").endsWith("/rt/bin/java"))
            .findFirst()
            .orElseThrow();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + session.pid() + "/fd"))) {
      return files
          .map(ClientInBox::target)
          .filter(file -> file.endsWith(".jar"))
          .distinct()
          .sorted()
          .toList();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // Closed meanwhile.
    }
  }

  private void open(PseudoTerminal terminal) {
    terminal.sendLine(world.command());
    ShownRequest request = ShownRequest.on(terminal, BoxWorld.SOON);
    world.laptop().approve(request).orThrow();
    terminal.expect("kubectl is set up to work with it", BoxWorld.SOON);
    terminal.expect(BoxWorld.PROMPT, BoxWorld.SOON);
  }

  private static void type(PseudoTerminal terminal, String command, String answer) {
    terminal.sendLine(command);
    terminal.expect(answer, BoxWorld.SOON);
  }
}

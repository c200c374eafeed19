// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.Guard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A laptop and a remote box as network namespaces (ip-netns(8)), each with a cable to this machine
 * and one between the two. The addresses are those set aside for tests of networks (RFC 2544). Each
 * has a loopback and an /etc/hosts of its own; files are shared, so each is given a home.
 */
final class Networks implements AutoCloseable {
  /** This machine, where the cluster is. */
  static final String CLUSTER = "198.18.70.1";

  /** The laptop, seen from this machine. */
  static final String LAPTOP = "198.18.71.2";

  /** This machine, seen from the laptop. */
  static final String LAPTOP_PEER = "198.18.71.1";

  /** The box, seen from the cluster. */
  static final String BOX = "198.18.72.2";

  /** The box, seen from the laptop. */
  static final String BOX_FROM_LAPTOP = "198.18.73.2";

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

  /** Both mounts are seen by this command and what it starts only: ip-netns gives it a space. */
  private static final String ENTER = "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"";

  private final String laptop;
  private final String box;
  private final Path hosts;
  private final Guard guard;

  private Networks(String laptop, String box, Path hosts, Guard guard) {
    this.laptop = laptop;
    this.box = box;
    this.hosts = hosts;
    this.guard = guard;
  }

  /**
   * Lays the cables; needs root.
   *
   * @param directory for the file of host names
   * @param clusterName the name under which laptop and box know this machine
   * @param boxName the name under which the laptop knows the box
   */
  static Networks lay(Path directory, String clusterName, String boxName) throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new AssertionError("network namespaces need root: sudo ./dev test browser");
    }
    long id = ProcessHandle.current().pid();
    String laptop = "jtsh-laptop-" + id;
    String box = "jtsh-box-" + id;
    Path hosts =
        Files.writeString(
            directory.resolve("hosts"),
            "127.0.0.1 localhost\n%s %s\n%s %s\n"
                .formatted(CLUSTER, clusterName, BOX_FROM_LAPTOP, boxName));
    Networks made = new Networks(laptop, box, hosts, Guard.deletingNetworks(List.of(laptop, box)));
    boolean laid = false;
    try {
      made.lay();
      laid = true;
      return made;
    } finally {
      if (!laid) {
        made.close();
      }
    }
  }

  private void lay() {
    for (String space : List.of(laptop, box)) {
      ip("netns", "add", space);
      ip("-n", space, "link", "set", "lo", "up");
    }
    // A cable to this machine ends with the namespace at its other end.
    ip("link", "add", "jtsh-lap", "type", "veth", "peer", "name", "net", "netns", laptop);
    ip("link", "add", "jtsh-box", "type", "veth", "peer", "name", "net", "netns", box);
    ip("-n", laptop, "link", "add", "box", "type", "veth", "peer", "name", "lap", "netns", box);
    address("", "jtsh-lap", LAPTOP_PEER + "/24");
    address("", "jtsh-box", "198.18.72.1/24");
    ip("address", "add", CLUSTER + "/32", "dev", "jtsh-lap");
    address(laptop, "net", LAPTOP + "/24");
    address(laptop, "box", "198.18.73.1/24");
    address(box, "net", BOX + "/24");
    address(box, "lap", BOX_FROM_LAPTOP + "/24");
    ip("-n", laptop, "route", "add", CLUSTER, "via", LAPTOP_PEER);
    ip("-n", box, "route", "add", CLUSTER, "via", "198.18.72.1");
  }

  private static void address(String space, String device, String address) {
    List<String> there = space.isEmpty() ? List.of() : List.of("-n", space);
    ip(there, "address", "add", address, "dev", device);
    ip(there, "link", "set", device, "up");
  }

  private static void ip(String... words) {
    ip(List.of(), words);
  }

  private static void ip(List<String> there, String... words) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(there);
    command.addAll(List.of(words));
    try (RunningProgram running = RunningProgram.start(command, Map.of("PATH", PATH))) {
      running.awaitEnd(SOON).orThrow();
    }
  }

  /** This command, on the laptop. */
  List<String> onLaptop(String... command) {
    return in(laptop, command);
  }

  /** This command, on the box. */
  List<String> onBox(String... command) {
    return in(box, command);
  }

  private List<String> in(String space, String... command) {
    List<String> words =
        new ArrayList<>(List.of("ip", "netns", "exec", space, "sh", "-c", ENTER, "enter"));
    words.add(hosts.toString());
    words.addAll(List.of(command));
    return words;
  }

  /** The commands that run on the box now, one in a line. */
  String runningOnBox() {
    String list = "for p in $(ip netns pids " + box + "); do ps -o args= -p $p; done";
    try (RunningProgram running =
        RunningProgram.start(List.of("sh", "-c", list), Map.of("PATH", PATH))) {
      return running.awaitEnd(SOON).stdout();
    }
  }

  @Override
  public void close() {
    try {
      ip("netns", "delete", laptop);
      ip("netns", "delete", box);
    } finally {
      guard.close();
    }
  }
}

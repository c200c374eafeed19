// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The package jtsh-cluster on a machine with systemd, from its installation to its removal. */
final class ServerInBox {
  private static final String UNIT = "jtsh-cluster.service";
  private static final String CONFIG = "/etc/jtsh-cluster/config.yaml";

  private final Box box = Box.startSystemd();

  @AfterEach
  void close() {
    box.close();
  }

  @Test
  void theServiceRunsInItsSandboxKeepsItsDataOnUpgradeAndLeavesNothing() {
    SortedSet<String> before = box.files();
    box.install(BoxWorld.packaged("jtsh-cluster_", ".deb"));
    assertThat(box.attempt("systemctl", "is-active", UNIT).getStdout()).isEqualTo("inactive\n");
    assertThat(box.attempt("systemd-analyze", "verify", "--man=no", UNIT).getStderr()).isEmpty();

    box.run("sh", "-c", "printf 'cluster_name: box\\npublic_addr: localhost:3080\\n' >" + CONFIG);
    box.run("systemctl", "start", UNIT); // Ends when the cluster has said that it serves.
    assertThat(box.run("jtsh-cluster", "status")).contains("Cluster:", "box");
    assertThat(uid()).isGreaterThan(60_000);
    assertThat(box.run("systemctl", "show", UNIT, "-p", "LimitCORE")).isEqualTo("LimitCORE=0\n");
    assertThat(box.run("jtsh-cluster", "roles", "ls")).doesNotContain("access");
    box.run(
        "sh",
        "-c",
        "printf 'kind: role\\nversion: v7\\nmetadata: {name: access}\\nspec: {}\\n' >/role.yaml"
            + " && jtsh-cluster roles add -f /role.yaml && rm /role.yaml");

    String process = box.run("systemctl", "show", UNIT, "-p", "MainPID");
    box.install(BoxWorld.packaged("jtsh-cluster_", ".deb"));
    assertThat(box.run("systemctl", "show", UNIT, "-p", "MainPID")).isNotEqualTo(process);
    assertThat(box.run("jtsh-cluster", "roles", "ls")).contains("access");
    assertThat(box.run("cat", CONFIG)).startsWith("cluster_name: box");

    box.run("dpkg", "--remove", "jtsh-cluster");
    assertThat(box.attempt("systemctl", "is-active", UNIT).getStdout()).isEqualTo("inactive\n");
    assertThat(box.run("ls", "/var/lib/private")).contains("jtsh-cluster");
    box.run("dpkg", "--purge", "jtsh-cluster");
    SortedSet<String> left = new TreeSet<>(box.files());
    left.removeAll(before);
    left.remove("/var/lib/private"); // systemd's own.
    assertThat(left).isEmpty();
  }

  /** Who runs the service. */
  private int uid() {
    String pid = box.run("systemctl", "show", UNIT, "-p", "MainPID", "--value").strip();
    return Integer.parseInt(box.run("stat", "-c", "%u", "/proc/" + pid).strip());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** jtsh-cluster after sign-ups, logins and a wrong password: the keys of its authorities too. */
@ExtendWith(LeakWorld.Visit.class)
final class ClusterLeaks {
  private static final int LOGINS = 3;
  private static final String STAGE = "after logins";

  private final LeakWorld world;

  ClusterLeaks(LeakWorld world) {
    this.world = world;
  }

  @Test
  void noAuthorityKeyAndNoPasswordIsFoundAfterLogins() throws Exception {
    LeakReport report = new LeakReport("jtsh-cluster");
    long pid = world.cluster().pid();
    String wrong = new StringBuilder(world.password()).reverse().toString();
    for (int i = 0; i < LOGINS; i++) {
      world.laptop().logIn(world.password()).orThrow();
    }
    assertThat(world.laptop().logIn(wrong).status()).isNotZero();
    RunIndex keys = new RunIndex(keys(pid));
    RunIndex passwords =
        new RunIndex(
            Secret.password("password", world.password()),
            Secret.password("wrong password", wrong));
    try {
      report.add(STAGE, "keys: memory of the process", memory(keys, pid));
      report.add(STAGE, "passwords: memory of the process", memory(passwords, pid));
      report.add(STAGE, "keys: arguments and environments", Places.everyProcess(keys));
      report.add(STAGE, "passwords: arguments, environments", Places.everyProcess(passwords));
      report.add(STAGE, "passwords: data directory", data(passwords, file -> true));
      report.add(
          STAGE,
          "keys: data directory but for the key files",
          data(keys, file -> !file.toString().endsWith(".key")));
    } finally {
      report.print();
    }
    assertThat(report.findings()).isEmpty();
  }

  /** Those in files, as they must lie for the next start, and those made at the start. */
  private List<Secret> keys(long pid) throws Exception {
    List<Secret> keys = new ArrayList<>();
    try (Stream<Path> files = Files.walk(world.clusterData())) {
      for (Path file : files.filter(file -> file.toString().endsWith(".key")).toList()) {
        keys.add(
            Secret.key("key of " + file.getFileName(), HeldKeys.ofPem(Files.readString(file))));
      }
    }
    assertThat(keys).as("host, user and their SSH keys").hasSizeGreaterThanOrEqualTo(4);
    // The agent's key for Kubernetes is the kubeconfig's, a file that is read as text.
    String kubeconfig = Files.readString(world.kubernetes().agentKubeconfig());
    for (HeldKeys.Held held : new HeldKeys().of(pid)) {
      RunIndex index = new RunIndex(Secret.key("candidate", held.key()));
      LeakScanner inKubeconfig = new LeakScanner(index, "kubeconfig", 0);
      byte[] text = kubeconfig.getBytes(UTF_8);
      inKubeconfig.feed(text, text.length);
      if (!inKubeconfig.finish().isEmpty()) {
        continue;
      }
      keys.add(Secret.key("key %d in use".formatted(keys.size() + 1), held.key()));
    }
    return keys;
  }

  private static Look memory(RunIndex index, long pid) throws IOException {
    ProcessMemory.Scan scan = new ProcessMemory(pid).scan(index);
    return new Look(scan.bytesRead(), scan.findings());
  }

  private Look data(RunIndex index, java.util.function.Predicate<Path> wanted) throws IOException {
    Look all = Look.NOTHING;
    try (Stream<Path> files = Files.walk(world.clusterData())) {
      for (Path file : files.filter(Files::isRegularFile).filter(wanted).toList()) {
        all = all.and(Places.file(index, file));
      }
    }
    return all;
  }
}

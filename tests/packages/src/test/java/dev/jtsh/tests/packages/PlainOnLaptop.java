// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.OwnDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The plain archive, on a machine that has a JDK. */
final class PlainOnLaptop {
  private final OwnDirectory place = OwnDirectory.create("jtsh-plain-");

  PlainOnLaptop() throws IOException {}

  @BeforeEach
  void unpack() {
    Path archive = BoxWorld.packaged("jtsh-", "-any-jdk25.tar.gz");
    List<String> tar = List.of("tar", "-xzf", archive.toString(), "--strip-components=1");
    run(List.of("-C", place.path().toString()), tar, Map.of()).orThrow();
  }

  @AfterEach
  void remove() {
    place.close();
  }

  @Test
  void whoIsLoggedInSeesTheKubeClusters() throws IOException {
    try (BoxWorld world = new BoxWorld()) {
      Map<String, String> login = Map.of("TELEPORT_HOME", world.laptop().profiles().toString());
      ProgramResult listed =
          jtsh(List.of("kube", "ls", "--ca-file=" + world.authority()), java(), login).orThrow();
      assertThat(listed.stdout()).contains(BoxWorld.KUBE);
    }
  }

  @Test
  void anUnfitJavaInJavaHomeIsPassedOver() {
    Path home = place.path(); // Has no file "release" and no bin/java.
    Map<String, String> both = Map.of("PATH", java().resolve("bin") + ":/usr/bin:/bin");
    assertThat(jtsh(List.of("version"), home, both).orThrow().stdout()).startsWith("jtsh v");
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"));
  }

  private ProgramResult jtsh(List<String> arguments, Path javaHome, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(Map.of("JAVA_HOME", javaHome.toString()));
    environment.putAll(more);
    return run(arguments, List.of(place.path().resolve("jtsh").toString()), environment);
  }

  private ProgramResult run(
      List<String> arguments, List<String> program, Map<String, String> more) {
    List<String> command = new ArrayList<>(program);
    command.addAll(arguments);
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("HOME", place.path().toString());
    environment.putAll(more);
    try (RunningProgram running = RunningProgram.start(command, environment)) {
      return running.awaitEnd(BoxWorld.SOON);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.kubernetes.Kubectl;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.TlsEndingBalancer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Between the person and the cluster stands a load balancer that ends TLS and speaks HTTP/1.1. */
@ExtendWith(StoryWorld.Visit.class)
final class TlsEndingBalancerStory {
  private static final String POD = "balanced-pod";

  private final StoryWorld world;

  TlsEndingBalancerStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void sessionKubectlAndExecWorkThroughItWithoutASettingForIt() throws IOException {
    world.kubernetes().runPod(POD);
    try (TlsEndingBalancer balancer =
            TlsEndingBalancer.start(
                world.newDirectory("balancer"), world.cluster().proxy(), world.cluster().webCa());
        HeadlessShell session =
            HeadlessShell.ask(
                world,
                world.command().via(balancer.address()).trusting(balancer.trust()),
                world.environment("/bin/bash"))) {
      session.approve();
      session.awaitPrompt();
      session.type("kubectl get namespaces --output=name", "namespace/kube-system");
      Kubectl kubectl = session.kubectl();
      ProgramResult executed = kubectl.run("exec", POD, "--", "echo", "through", "both");
      assertThat(executed.stdout()).contains("through both");
      assertThat(session.exit(0)).isZero();
      // A connection of its own each: auth, kube over HTTP/2, exec over HTTP/1.1.
      assertThat(balancer.accessLog()).contains("GET /webapi/connectionupgrade HTTP/1.1\" 101");
    } finally {
      world.kubernetes().deletePod(POD);
    }
  }

  @Test
  void kubectlWorksThroughItWithALoginOfThisMachine() throws IOException {
    try (TlsEndingBalancer balancer =
        TlsEndingBalancer.start(
            world.newDirectory("balancer"), world.cluster().proxy(), world.cluster().webCa())) {
      Map<String, String> environment = new HashMap<>(world.environment("/bin/bash"));
      environment.put("TELEPORT_HOME", loggedInAt(balancer.address()).toString());
      environment.put("JTSH_CA_FILE", balancer.trust().toString());
      List<String> command =
          List.of(
              world.program().toString(),
              "kubectl",
              "--kube-cluster=" + StoryWorld.KUBE,
              "get",
              "namespaces",
              "--output=name");
      try (RunningProgram running = RunningProgram.start(command, environment)) {
        assertThat(running.awaitEnd(StoryWorld.SOON).orThrow().stdout())
            .contains("namespace/kube-system");
      }
      assertThat(balancer.accessLog()).contains("GET /webapi/connectionupgrade HTTP/1.1\" 101");
    }
  }

  /** The login of the story's laptop, as if it had been made at another port of the same name. */
  private Path loggedInAt(String address) throws IOException {
    Path from = world.laptop().profiles();
    Path to = world.newDirectory("profiles");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(one -> !one.equals(from)).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
        if (file.getFileName().toString().endsWith(".yaml")) {
          String text = Files.readString(file);
          Files.writeString(copy, text.replace(world.cluster().proxy(), address));
        }
      }
    }
    return to;
  }
}

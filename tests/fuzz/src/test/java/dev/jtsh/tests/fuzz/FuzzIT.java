// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lets Jazzer loose on each target for a bounded time, in a process of its own: first on what is
 * kept in {@code seeds/} (inputs that are understood) and {@code found/} (inputs that once broke
 * it), then on what it makes of them. The seed and the number of inputs are fixed, so that a run
 * can be repeated; {@code -Djtsh.fuzz.seconds=N} looks further, for as long as that.
 */
@Execution(ExecutionMode.CONCURRENT)
class FuzzIT {
  private static final int SECONDS = Integer.getInteger("jtsh.fuzz.seconds", 0);
  private static final int INPUTS = 3_000;
  private static final int LIMIT_SECONDS = 600;
  private static final Path RESOURCES = Path.of("src/test/resources").toAbsolutePath();

  @TempDir Path directory;

  static Stream<String> targets() {
    return Stream.of(
        "dev.jtsh.tests.fuzz.CertificateTarget",
        "dev.jtsh.tests.fuzz.SubjectTarget",
        "dev.jtsh.tests.fuzz.SshKeyTarget",
        "dev.jtsh.tests.fuzz.TraitsTarget",
        "dev.jtsh.tests.fuzz.WebJsonTarget",
        "dev.jtsh.tests.fuzz.PasswordTarget",
        "dev.jtsh.tests.fuzz.KubeRequestTarget",
        "dev.jtsh.tests.fuzz.SmallTextTarget",
        "dev.jtsh.tests.fuzz.KubeconfigTarget",
        "dev.jtsh.tests.fuzz.ProfileTarget",
        "dev.jtsh.tests.fuzz.ConfigurationTarget",
        "dev.jtsh.cluster.proxy.ClientHelloTarget",
        "dev.jtsh.cluster.proxy.ConnectionUpgradeTarget",
        "dev.jtsh.client.AnswerHeadTarget",
        "dev.jtsh.cluster.http.ProxyRequestTarget",
        "dev.jtsh.kubeproxy.LocalRequestTarget");
  }

  @ParameterizedTest
  @MethodSource("targets")
  void noBytesBreakTheParser(String target) throws Exception {
    Outcome outcome = fuzz(target, bound());
    assertThat(outcome.status).as(outcome.lastWords()).isZero();
    assertThat(outcome.runs()).as("inputs tried: %s", outcome.lastWords()).isGreaterThan(100);
  }

  @Test
  void aParserThatBreaksIsFound() throws Exception {
    Outcome outcome = fuzz("dev.jtsh.tests.fuzz.BrokenTarget", "-runs=3000000");
    assertThat(outcome.status).isNotZero();
    assertThat(outcome.output).contains("this target breaks on purpose");
  }

  private record Outcome(int status, String output) {
    int runs() {
      int at = output.lastIndexOf("Done ");
      return at < 0 ? 0 : Integer.parseInt(output.substring(at + 5).split(" ", 2)[0]);
    }

    String lastWords() {
      return output.substring(Math.max(0, output.length() - 4000));
    }
  }

  private static String bound() {
    return SECONDS > 0 ? "-max_total_time=" + SECONDS : "-runs=" + INPUTS;
  }

  private Outcome fuzz(String target, String bound) throws Exception {
    String name = target.substring(target.lastIndexOf('.') + 1);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-Djava.library.path=" + System.getProperty("java.library.path")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target);
    command.add("--instrumentation_includes=dev.jtsh.**");
    command.add("--custom_hook_includes=dev.jtsh.**"); // Hooks in the libraries cost minutes.
    command.add("-seed=20261121");
    command.add(bound);
    command.add("-timeout=10"); // Of one input: a parser that hangs is broken, too.
    command.add("-artifact_prefix=" + directory + "/found-");
    command.add(Files.createDirectory(directory.resolve("corpus")).toString());
    for (String kept : List.of("seeds", "found")) {
      Path inputs = RESOURCES.resolve(kept).resolve(name);
      if (Files.isDirectory(inputs)) {
        command.add(inputs.toString());
      }
    }
    return run(command);
  }

  private Outcome run(List<String> command) throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(SECONDS + LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(ended).as("the fuzzer ends by itself").isTrue();
      return new Outcome(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}

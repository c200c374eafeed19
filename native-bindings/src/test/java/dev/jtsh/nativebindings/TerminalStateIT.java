// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** On a pseudo-terminal that script(1) makes. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TerminalStateIT {
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  @TempDir Path directory;

  @BeforeEach
  void aPseudoTerminalCanBeMade() {
    assumeTrue(Files.isExecutable(SCRIPT), "script(1) is not installed");
  }

  @Test
  void aTerminalLeftRawIsAsItWasBefore() throws Exception {
    assertThat(onTerminal("terminal")).contains("changed true restored true");
  }

  @Test
  void theTerminalComesBackFromTheJobOfAKilledShell() throws Exception {
    assertThat(onTerminal("foreground")).contains("taken true status 137 back true");
  }

  @Test
  void aDescriptorThatIsNoTerminalIsLeftAlone() throws Exception {
    int fd = FileCalls.open(Path.of("/dev/null"), 0, 0);
    assertThat(TerminalState.isTerminal(fd)).isFalse();
    TerminalState.save(fd).restore();
    FileCalls.close(fd);
    assertThat(TerminalState.isTerminal(fd)).isFalse();
  }

  private String onTerminal(String what) throws Exception {
    String command =
        SubjectProcess.command(System.getProperty("java.class.path"), what).stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(SCRIPT.toString(), "-qec", command, directory.resolve("log").toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.waitFor();
    return Files.readString(output, UTF_8);
  }
}

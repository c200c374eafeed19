// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.launcher.Console;
import dev.jtsh.launcher.Main;
import dev.jtsh.launcher.Outside;
import dev.jtsh.launcher.WrittenHelp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The help that lies in the package. */
final class WrittenHelpTest {
  private final WrittenHelp written;

  WrittenHelpTest(@TempDir Path directory) throws IOException {
    Documents.main(new String[] {directory.toString()});
    written = new WrittenHelp(directory.resolve("jtsh/help"));
  }

  @Test
  void everyCommandsHelpIsWhatTheCommandItselfShows() {
    for (CommandWords command : CommandWords.of(Main.commandLine())) {
      CommandLine line = command.spec().commandLine();
      for (String asking : List.of("--help", "-h")) {
        List<String> words = new ArrayList<>(command.path());
        words.add(asking);

        assertThat(WrittenHelp.isAsked(words)).as("%s", words).isTrue();
        String plain = written.of(words, false).orElseThrow();
        // Under tests nothing is a terminal; but somebody may have asked for colours.
        String shown = Ansi.AUTO.enabled() ? written.of(words, true).orElseThrow() : plain;
        assertThat(shown(words)).as("%s", words).isEqualTo(shown + "\n");
        assertThat(plain).isEqualTo(line.getUsageMessage(Ansi.OFF).stripTrailing());
        assertThat(written.of(words, true)).contains(line.getUsageMessage(Ansi.ON).stripTrailing());
      }
    }
  }

  private static String shown(List<String> words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stdout = new PrintStream(out, true, StandardCharsets.UTF_8);
    Outside outside =
        new Outside(
            InstantSource.system(),
            Map.of(),
            new Console(stdout, stdout),
            InputStream.nullInputStream(),
            prompt -> {
              throw new IOException("help asks for nothing");
            },
            false,
            Path.of("/nonexistent"),
            "Linux",
            new SecureRandom(),
            List.of(),
            () -> 0);
    assertThat(new Main(outside).run(words.toArray(String[]::new))).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }
}

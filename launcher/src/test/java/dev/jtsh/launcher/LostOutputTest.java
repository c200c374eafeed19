// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostOutputTest {
  @TempDir Path directory;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Console console(OutputStream out) {
    return new Console(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private Console full() {
    Console console =
        console(
            new OutputStream() {
              @Override
              public void write(int oneByte) throws IOException {
                throw new IOException("No space left on device");
              }
            });
    console.document("{}");
    return console;
  }

  private Path stdout(String target) throws IOException {
    return Files.createSymbolicLink(directory.resolve("1"), Path.of(target));
  }

  @Test
  void aFullDiskIsAFailure() throws IOException {
    assertThat(LostOutput.status(full(), 0, stdout("full"))).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("ERROR: the output could not be written\nis the disk full, or stdout closed?\n");
  }

  @Test
  void whoHasReadEnoughIsNotToldSo() throws IOException {
    assertThat(LostOutput.status(full(), 0, stdout("pipe:[27]")))
        .isEqualTo(ExitCode.OUTPUT_CLOSED.status());
    assertThat(err.size()).isZero();
  }

  @Test
  void anotherFailureCountsMore() throws IOException {
    assertThat(LostOutput.status(full(), 77, stdout("full"))).isEqualTo(77);
    assertThat(err.size()).isZero();
  }

  @Test
  void outputThatArrivesChangesNothing() throws IOException {
    Console console = console(new ByteArrayOutputStream());
    console.document("{}");

    assertThat(LostOutput.status(console, 0, stdout("pipe:[27]"))).isZero();
  }

  @Test
  void everyCommandIsAsked() {
    for (String command : new String[] {"version", "--help"}) {
      RunOfMain run = RunOfMain.writingInVain(directory, Instant.EPOCH, Map.of(), command);

      assertThat(run.status).isNotZero();
    }
  }
}

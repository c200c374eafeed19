// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OwnDirectoryTest {
  private static final int FILES = 400;

  @Test
  void goesThoughSomebodyStillWritesThereForAMoment() throws Exception {
    OwnDirectory own = OwnDirectory.create("jtsh-own-directory-");
    Path inner = Files.createDirectories(own.path().resolve("home/.local"));
    var writing = new CountDownLatch(1);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < FILES; i++) {
                write(inner.resolve("completion" + i));
                writing.countDown();
              }
            });
    writing.await();

    own.close();

    assertThat(writer.join(Duration.ofSeconds(30))).isTrue();
    own.close(); // What came after it, if anything did.
    assertThat(own.path()).doesNotExist();
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, "complete");
    } catch (IOException e) {
      return; // Its directory is gone.
    }
  }
}

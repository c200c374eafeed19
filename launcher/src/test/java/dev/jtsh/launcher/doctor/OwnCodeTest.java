// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OwnCodeTest {
  @Test
  void installedLibrariesAreOursAndThoseOfTheSystemAreNot() {
    assertThat(OwnCode.folders("/nowhere/rt", "/usr/lib/nothing-there/native"))
        .containsExactly(Path.of("/nowhere/rt"), Path.of("/usr/lib/nothing-there/native"));
    assertThat(
            OwnCode.folders(
                "/nowhere/rt", "/usr/java/packages/lib:/usr/lib64:/lib64:/lib:/usr/lib/:relative:"))
        .containsExactly(Path.of("/nowhere/rt"));
  }
}

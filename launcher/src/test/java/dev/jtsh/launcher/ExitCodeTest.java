// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  @Test
  void everyOutcomeHasANumberOfItsOwn() {
    assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::status)).doesNotHaveDuplicates();
  }

  @Test
  void theTableNamesEachNumberAndWhatItMeans() {
    assertThat(ExitCode.table())
        .hasSameSizeAs(ExitCode.values())
        .containsEntry("71", "the request was denied");
  }
}

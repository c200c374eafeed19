// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.jtsh.client.WebClient;
import dev.jtsh.nativebindings.NativeKey;
import dev.jtsh.nativebindings.SecretArena;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RehearsalIT {
  @Test
  void goesThroughAllOfItAndKeepsNoChildAndNoPlaceOfSecrets() throws Exception {
    new Rehearsal(InstantSource.system()).run(); // What stays is of the first time.
    var arena = SecretArena.process().state();
    var keys = NativeKey.memoryState();

    new Rehearsal(InstantSource.system()).run();

    assertThat(SecretArena.process().state()).isEqualTo(arena);
    assertThat(NativeKey.memoryState()).isEqualTo(keys);
    assertThat(ProcessHandle.current().children()).isEmpty();
  }

  @Test
  void theFirstHandshakeBeginsWithoutAnybodyToCall() {
    assertThatCode(WebClient::rehearse).doesNotThrowAnyException();
  }
}

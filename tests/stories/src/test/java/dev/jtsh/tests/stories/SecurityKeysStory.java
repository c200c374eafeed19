// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.Laptop;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A person looks at the own security keys, adds one, takes one out; the last one stays. A key also
 * makes new recovery codes.
 */
@ExtendWith(StoryWorld.Visit.class)
final class SecurityKeysStory {
  private static final int USAGE = 2;

  private final StoryWorld world;

  SecurityKeysStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void aSpareKeyIsAddedAndTheFirstOneGoes() throws IOException {
    Laptop laptop = world.enrol("keyholder", "kubernetes_labels: {env: dev}");

    assertThat(laptop.run("mfa", "ls").orThrow().out()).contains("security-key");
    laptop.run("mfa", "add", "--name=spare").orThrow();
    assertThat(laptop.run("mfa", "ls", "--format=json").orThrow().out())
        .contains("\"security-key\"", "\"spare\"", "\"webauthn\"");
    assertThat(laptop.run("mfa", "add", "--name=spare").status()).isNotZero();
    laptop.run("mfa", "rm", "security-key").orThrow();

    Laptop.Result last = laptop.run("mfa", "rm", "spare");
    assertThat(last.status()).isNotZero();
    assertThat(last.err()).contains("this is the last key");
    assertThat(laptop.run("mfa", "ls").orThrow().out()).contains("spare");
  }

  @Test
  void aKeyMakesNewRecoveryCodesForAPersonAtATerminal() throws IOException {
    Laptop laptop = world.enrol("codeholder", "kubernetes_labels: {env: dev}");

    assertThat(laptop.run("mfa", "recovery-codes").status()).isEqualTo(USAGE);
    Laptop.Result made = laptop.runAtTerminal("mfa", "recovery-codes").orThrow();
    assertThat(made.err().lines().filter(line -> line.matches("  [1-3](-[0-9a-z]{4}){4}")))
        .hasSize(3);
    assertThat(made.out()).isEmpty();
  }
}

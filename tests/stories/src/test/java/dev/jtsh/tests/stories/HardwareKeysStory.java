// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.launcher.key.HardwareKeys;
import dev.jtsh.launcher.key.KeyDialog;
import dev.jtsh.launcher.key.KeySource;
import dev.jtsh.nativebindings.FidoDevice;
import dev.jtsh.nativebindings.FidoKeys;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import dev.jtsh.tests.fixtures.webauthn.SoftwareHidKey;
import dev.jtsh.tests.support.Laptop;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A person signs up, logs in and adds a spare key, by libfido2, at a cluster that checks it all.
 */
@ExtendWith(StoryWorld.Visit.class)
final class HardwareKeysStory {
  private static final String PIN = "246810";

  private final StoryWorld world;
  private final SecureRandom random = new SecureRandom();
  private final List<SoftwareHidKey> plugged = new CopyOnWriteArrayList<>();

  HardwareKeysStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void clusterAcceptsWhatKeysBehindLibfido2Sign() throws IOException {
    assertThat(FidoKeys.available()).as("apt-get install libfido2-1").isTrue();
    SoftwareHidKey first = plugIn();
    Laptop laptop =
        world.enrol(
            "fidouser",
            "kubernetes_labels: {env: dev}",
            new HardwareKeys(new Plugged(), new Pin()));
    int touched = first.touches();
    assertThat(touched).isGreaterThanOrEqualTo(2);

    SoftwareHidKey spare = plugIn();
    laptop.run("mfa", "add", "--name=spare").orThrow();
    assertThat(first.touches()).isGreaterThan(touched);
    assertThat(spare.touches()).isEqualTo(1);
    assertThat(laptop.run("mfa", "ls").orThrow().out()).contains("security-key", "spare");

    plugged.remove(first);
    laptop.run("mfa", "rm", "security-key").orThrow();
    assertThat(laptop.run("mfa", "ls").orThrow().out()).doesNotContain("security-key");
  }

  private SoftwareHidKey plugIn() {
    SoftwareHidKey key =
        new SoftwareHidKey(new SoftwareAuthenticator(random), random).withPin(PIN).finger(true);
    plugged.add(key);
    return key;
  }

  /** What is plugged in at the moment. */
  private final class Plugged implements KeySource {
    @Override
    public boolean available() {
      return FidoKeys.available();
    }

    @Override
    public Found open() {
      return new Found(
          plugged.stream().map(key -> FidoDevice.over("Story Key", key).orElseThrow()).toList(),
          List.of());
    }
  }

  /** Knows the PIN. */
  private static final class Pin implements KeyDialog {
    @Override
    public void say(SafeText line) {}

    @Override
    public SecretBuffer pin(SafeText prompt) {
      SecretBuffer pin = SecretArena.process().allocate(PIN.length());
      MemorySegment.copy(
          MemorySegment.ofArray(PIN.getBytes(US_ASCII)), 0, pin.segment(), 0, PIN.length());
      return pin;
    }

    @Override
    public boolean interactive() {
      return false;
    }
  }
}

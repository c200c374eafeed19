// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.OwnDirectory;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.TestedPrograms;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Where the cluster allows it, a person registers an app for codes and logs in with a code. */
final class OneTimeCodesStory {
  private static final String PASSWORD = "a password for stories only";
  private static final Pattern SECRET = Pattern.compile("otpauth://totp/\\S*secret=([A-Z2-7]{32})");

  /** The first code that is not the one which registers the app; a step ahead is still taken. */
  private static final int NEXT = 1;

  private String secret = "";

  @Test
  void anAppIsRegisteredWithAKeyAndLogsInOnceWithEachCode() throws Exception {
    try (OwnDirectory place = OwnDirectory.create("jtsh-codes-")) {
      Path file = Files.writeString(place.path().resolve("c.yaml"), "auth: {totp: true}\n");
      try (RunningCluster cluster =
          RunningCluster.start(
              TestedPrograms.directory(),
              Files.createDirectory(place.path().resolve("cluster")),
              "codes",
              Map.of(),
              List.of("--config=" + file))) {
        use(cluster, Files.createDirectory(place.path().resolve("laptop")));
      }
    }
  }

  private void use(RunningCluster cluster, Path home) throws Exception {
    cluster.addRole("plain", "kubernetes_labels: {env: dev}", "");
    String invite = cluster.addUser("ann", "plain");
    Laptop laptop = new Laptop(home, cluster.proxy(), "ann", cluster.webCa());
    laptop.signUp(invite, PASSWORD).orThrow();
    laptop.logIn(PASSWORD).orThrow();
    assertThat(laptop.logInWithCode(PASSWORD, "123456").err())
        .contains("no one-time code is taken");

    laptop.addApp("phone", this::shown).orThrow();
    assertThat(laptop.run("mfa", "ls").orThrow().out()).contains("totp", "phone", "webauthn");
    String code = code(NEXT);
    laptop.logInWithCode(PASSWORD, code).orThrow();
    assertThat(laptop.logInWithCode(PASSWORD, code).err()).contains("invalid credentials");

    laptop.run("mfa", "rm", "phone").orThrow();
    assertThat(laptop.run("mfa", "ls").orThrow().out()).doesNotContain("totp");
  }

  private String shown(String said) {
    Matcher link = SECRET.matcher(said);
    assertThat(link.find()).as(said).isTrue();
    secret = link.group(1);
    return code(0);
  }

  /** What an app would show, by the book (RFC 6238). */
  private String code(int stepsAhead) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(decoded(), "HmacSHA1"));
      long step = Instant.now().getEpochSecond() / 30 + stepsAhead;
      ByteBuffer hash =
          ByteBuffer.wrap(mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array()));
      int number = hash.getInt(hash.get(19) & 0xf) & Integer.MAX_VALUE;
      return String.format(Locale.ROOT, "%06d", number % 1_000_000);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC", e);
    }
  }

  private byte[] decoded() {
    var bytes = new ByteArrayOutputStream();
    int held = 0;
    int bits = 0;
    for (int i = 0; i < secret.length(); i++) {
      held = (held << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(secret.charAt(i));
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes.write(held >> bits);
        held &= (1 << bits) - 1;
      }
    }
    return bytes.toByteArray();
  }
}

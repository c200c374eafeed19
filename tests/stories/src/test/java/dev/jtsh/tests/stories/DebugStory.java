// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.Laptop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody looks for a mistake with {@code --debug}, and may show the output to others. */
@ExtendWith(StoryWorld.Visit.class)
final class DebugStory {
  private static final String WRONG = "surely the wrong password 4711";
  private static final Pattern KEY = Pattern.compile("client-key-data: \"?([A-Za-z0-9+/=]+)");
  private static final Pattern REQUEST = Pattern.compile("\\(request ([0-9a-f]{12})\\)");

  /** So much of a secret is one. */
  private static final int PIECE = 16;

  private final StoryWorld world;

  DebugStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void aSessionToldInDetailShowsWhatIsAskedOfWhomAndNoSecret() throws IOException {
    String told;
    String kubeconfig;
    SessionCommand command = world.command().with("--debug");
    try (HeadlessShell session =
        HeadlessShell.ask(world, command, world.environment("/bin/bash"))) {
      session.approve();
      session.awaitPrompt();
      session.type("kubectl get namespaces", "kube-system");
      kubeconfig = Files.readString(session.kubeconfig());
      assertThat(session.exit(0)).isZero();
      told = session.terminal().plainTranscript();
    }

    assertThat(told)
        .containsPattern("debug: jtsh [0-9.]+, Java 25")
        .contains("debug: settings: proxy " + world.cluster().proxy() + ", user alice")
        .containsPattern("debug: request [0-9a-f]{12}: .*GET /webapi/ping/headless")
        .containsPattern("debug: request [0-9a-f]{12}: HTTP 200 after [0-9]+ ms")
        .contains("asking for a Kubernetes certificate");
    assertHasNothingOf(keysIn(kubeconfig), told);
  }

  @Test
  void theErrorNamesTheCallAsTheClusterWritesItDownAndThePasswordIsNowhere() throws IOException {
    Laptop laptop = world.enrol("dora", StoryWorld.ALL_CLUSTERS + ", " + StoryWorld.ADMINS);

    Laptop.Result refused = laptop.logIn(WRONG, "--debug");

    assertThat(refused.status()).isNotZero();
    Matcher request = REQUEST.matcher(refused.err());
    assertThat(request.find()).as(refused.err()).isTrue();
    assertThat(refused.err()).contains("debug: request " + request.group(1));
    assertThat(world.cluster().talk())
        .containsPattern(
            "request " + request.group(1) + ": /webapi/mfa/login/(begin|finish): HTTP 4");
    assertHasNothingOf(List.of(WRONG), refused.err() + refused.out());

    Laptop.Result plain = laptop.logIn(WRONG);
    assertThat(plain.err()).doesNotContain("debug:").doesNotContainPattern(REQUEST);
  }

  private static List<String> keysIn(String kubeconfig) {
    List<String> secrets = new ArrayList<>();
    Matcher key = KEY.matcher(kubeconfig);
    while (key.find()) {
      secrets.add(key.group(1));
      byte[] pem = Base64.getDecoder().decode(key.group(1));
      secrets.add(new String(pem, StandardCharsets.US_ASCII).replaceAll("-----[^-]*-----", ""));
    }
    assertThat(secrets).isNotEmpty();
    return secrets;
  }

  /** Broken lines hide nothing. */
  private static void assertHasNothingOf(List<String> secrets, String told) {
    String joined = told.replaceAll("\\s", "");
    assertThat(joined).doesNotContain("PRIVATEKEY");
    for (String secret : secrets) {
      String whole = secret.replaceAll("\\s", "");
      for (int i = 0; i + PIECE <= whole.length(); i++) {
        assertThat(joined).doesNotContain(whole.substring(i, i + PIECE));
      }
    }
  }
}

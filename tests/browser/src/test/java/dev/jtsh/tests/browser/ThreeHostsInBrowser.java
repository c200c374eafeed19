// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.ShownRequest;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The story this product is for: from a laptop over ssh to a box without a browser, one command
 * there, a link opened here, and kubectl works there. How long each step took is kept in {@code
 * target/three-hosts.txt}; a person's own time is nearly none of it here.
 */
@Timeout(300)
final class ThreeHostsInBrowser {
  private static final Duration SOON = BrowserWorld.SOON;
  private final StringBuilder steps = new StringBuilder();
  private long last;

  @Test
  void fromEnterOnTheBoxOverTheLaptopsBrowserToThePrompt() throws IOException {
    try (ThreeHosts hosts = new ThreeHosts();
        Browser browser = hosts.browser();
        PseudoTerminal box = hosts.loggedIn()) {
      last = System.nanoTime();
      final long enter = last;
      box.sendLine("jtsh --headless proxy kube " + ThreeHosts.KUBE);
      ShownRequest request = ShownRequest.on(box, SOON);
      step("Enter to the link on the terminal");

      browser.go(hosts.links() + request.id());
      browser.await("login");
      step("the page loads on the laptop");
      browser.click("#passkey");
      browser.await("request");
      step("login with a passkey");
      assertThat(browser.text("#address")).startsWith(Networks.BOX + ":");
      assertThat(browser.text("#clusters")).isEqualTo(ThreeHosts.KUBE);
      browser.type("#number-input", request.number());
      browser.click("#approve");
      browser.await("approved");
      step("the number, a touch, approved");

      box.expect("Started local proxy for Kubernetes", SOON);
      box.expect(ThreeHosts.PROMPT, SOON);
      step("approved to the prompt of the shell");
      steps.append("%6d ms  Enter to prompt%n".formatted((last - enter) / 1_000_000));
      box.sendLine("kubectl get namespaces --output=name");
      box.expect("namespace/kube-system", SOON);
      step("the first kubectl");

      box.sendLine("exit");
      box.sendLine("echo back on $SSH_CONNECTION");
      box.expect(Networks.BOX_FROM_LAPTOP, SOON);
      assertThat(hosts.runningOnBox()).contains("sshd").doesNotContain("proxy kube", "java");
    }
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target/three-hosts.txt"), steps);
  }

  private void step(String name) {
    long now = System.nanoTime();
    steps.append("%6d ms  %s%n".formatted((now - last) / 1_000_000, name));
    last = now;
  }
}

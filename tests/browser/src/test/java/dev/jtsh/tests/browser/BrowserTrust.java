// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whom Chromium trusts: a store of its own below HOME.
 *
 * @param store the directory of that store
 */
record BrowserTrust(Path store) {
  /** A new store in this home. */
  static BrowserTrust below(Path home) throws IOException {
    BrowserTrust made = new BrowserTrust(Files.createDirectories(home.resolve(".pki/nssdb")));
    made.certutil("-N", "--empty-password");
    return made;
  }

  /** Trusts an authority for web servers. */
  void add(String name, Path authority) {
    certutil("-A", "-t", "C,,", "-n", name, "-i", authority.toString());
  }

  private void certutil(String... words) {
    List<String> command = new ArrayList<>(List.of("certutil", "-d", "sql:" + store));
    command.addAll(List.of(words));
    try (RunningProgram running = RunningProgram.start(command, Map.of("PATH", "/usr/bin:/bin"))) {
      running.awaitEnd(BrowserWorld.SOON).orThrow();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.demo;

import dev.jtsh.launcher.Main;
import dev.jtsh.launcher.Outside;
import dev.jtsh.tests.support.webauthn.SoftwareSecurityKey;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code ./dev approve ID}: the true {@code jtsh headless approve} as the demo's user, with the
 * software key of the demo's laptop.
 */
public final class Approve {
  private Approve() {}

  /** Argument: the id of the request; further ones are passed on. */
  public static void main(String[] args) throws IOException {
    Optional<String> proxy = DemoPlace.read("proxy");
    if (proxy.isEmpty() || args.length == 0) {
      System.err.println(
          proxy.isEmpty()
              ? "approve: no demo runs here; start one with ./dev demo"
              : "approve: the id of the request is missing: ./dev approve ID");
      System.exit(2);
    }
    Outside here = Outside.ofThisProcess();
    TreeMap<String, String> environment = new TreeMap<>(here.environment());
    environment.put("TELEPORT_HOME", DemoPlace.path("laptop").resolve("tsh").toString());
    environment.put("TELEPORT_PROXY", proxy.orElseThrow());
    environment.put("TELEPORT_USER", DemoWorld.USER);
    environment.put("JTSH_CA_FILE", DemoPlace.read("ca").orElseThrow());
    Outside laptop =
        here.withEnvironment(environment)
            .withSecurityKeys(
                List.of(
                    SoftwareSecurityKey.open(
                        DemoPlace.path("laptop").resolve("software-key"), new SecureRandom())));
    String[] words = new String[args.length + 2];
    words[0] = "headless";
    words[1] = "approve";
    System.arraycopy(args, 0, words, 2, args.length);
    System.exit(new Main(laptop).run(words));
  }
}

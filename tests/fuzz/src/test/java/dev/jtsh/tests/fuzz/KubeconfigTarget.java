// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import dev.jtsh.client.KubeconfigEntries;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.cluster.kube.Kubeconfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A kubeconfig: as the agent reads it, and as {@code jtsh logout} cleans it. */
public final class KubeconfigTarget {
  private static final Path DIRECTORY = ScratchDirectory.make("kubeconfig");
  private static final ProxyAddress PROXY = ProxyAddress.parse("tp.test:3080");

  private KubeconfigTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] text) throws IOException {
    Path file = DIRECTORY.resolve("config");
    Files.write(file, text);
    try {
      var target = Kubeconfig.read(file);
      if (target.identity() != null) {
        target.identity().key().close();
      }
    } catch (IOException expected) {
      // Cannot be used.
    }
    try {
      int removed = new KubeconfigEntries(List.of(file)).removeFor(PROXY, "tp");
      if (removed == 0 && !java.util.Arrays.equals(Files.readAllBytes(file), text)) {
        throw new AssertionError("nothing was removed, and yet the file has changed");
      }
    } catch (IOException expected) {
      // Not YAML.
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a login on disk, which another program or a person may have written. */
public final class ProfileTarget {
  private static final Path HOME = ScratchDirectory.make("profile");
  private static final String HOST = "tp.test";

  private static final String SETTINGS =
      """
      web_proxy_addr: tp.test:3080
      user: alice
      cluster: tp
      """;

  private static final List<String> FILES =
      List.of(
          HOST + ".yaml",
          "keys/tp.test/alice.crt",
          "keys/tp.test/alice.key",
          "keys/tp.test/alice-ssh/tp-cert.pub",
          "current-profile");

  private ProfileTarget() {}

  /** One input; its last byte says which file it is. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) throws IOException {
    Files.createDirectories(HOME.resolve("keys/tp.test/alice-ssh"));
    Files.writeString(HOME.resolve("current-profile"), HOST);
    Files.writeString(HOME.resolve(HOST + ".yaml"), SETTINGS);
    Path file = HOME.resolve(data.pickValue(FILES));
    Files.write(file, data.consumeRemainingAsBytes());
    read(new ProfileStore(HOME));
  }

  private static void read(ProfileStore store) {
    try {
      for (Profile profile : store.all()) {
        store.load(profile).close();
      }
      store.current();
    } catch (ClientException expected) {
      // Damaged, and said so.
    }
  }
}

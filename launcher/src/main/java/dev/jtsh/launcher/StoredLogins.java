// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.protocol.text.SafeText;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code jtsh status} outside of a session: the logins on this machine. Reads no key. */
final class StoredLogins {
  private final Map<String, String> environment;
  private final Path home;
  private final InstantSource clock;
  private final Console console;
  private final FailureReport failures;

  /** Of the person with this home directory. */
  StoredLogins(Map<String, String> environment, Path home, InstantSource clock, Console console) {
    this.environment = environment;
    this.home = home;
    this.clock = clock;
    this.console = console;
    this.failures = new FailureReport(console);
  }

  /**
   * Shows them.
   *
   * @return the exit status
   */
  int show(DocumentFormat format) {
    ProfileStore profiles = ProfileStore.ofEnvironment(environment, home);
    Instant now = clock.instant();
    try {
      Optional<Profile> current = profiles.current();
      if (current.isEmpty()) {
        return failures.of(ExitCode.ERROR, NotLoggedInException.none().reason()).status();
      }
      List<Profile> others =
          profiles.all().stream()
              .filter(profile -> !profile.proxy().equals(current.get().proxy()))
              .toList();
      if (format == DocumentFormat.text) {
        StatusText text = new StatusText(now);
        text.lines(current.get(), true).forEach(console::data);
        for (Profile other : others) {
          console.data(SafeText.empty());
          text.lines(other, false).forEach(console::data);
        }
      } else {
        console.document(format.write(StatusDocument.of(current.get(), others)));
      }
      return current.get().isValid(now)
          ? ExitCode.OK.status()
          : failures.of(ExitCode.ERROR, NotLoggedInException.expired().reason()).status();
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }
}

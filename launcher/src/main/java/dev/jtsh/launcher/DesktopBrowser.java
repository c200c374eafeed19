// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The person's browser, where there is a desktop. */
final class DesktopBrowser {
  // Not by PATH: what stands first there need not be what the system brought.
  private static final List<Path> OPENERS =
      List.of(Path.of("/usr/bin/xdg-open"), Path.of("/usr/bin/open"));

  private final Map<String, String> environment;

  DesktopBrowser(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Has a link opened; false when there is no desktop, or nothing that opens links. */
  boolean open(String link) {
    boolean linux = Files.exists(OPENERS.getFirst());
    if (linux
        && environment.getOrDefault("DISPLAY", "").isEmpty()
        && environment.getOrDefault("WAYLAND_DISPLAY", "").isEmpty()) {
      return false;
    }
    for (Path opener : OPENERS) {
      if (Files.isExecutable(opener)) {
        try {
          var builder =
              new ProcessBuilder(opener.toString(), link)
                  .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .redirectError(ProcessBuilder.Redirect.DISCARD);
          builder.environment().clear();
          builder.environment().putAll(environment);
          builder.start();
          return true;
        } catch (IOException e) {
          return false; // The link is printed in any case.
        }
      }
    }
    return false;
  }
}

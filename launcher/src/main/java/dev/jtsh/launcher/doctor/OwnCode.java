// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The folders whose code belongs to the program. */
public final class OwnCode {
  /** In Java's default value of the library path; everybody's code is in them. */
  private static final Set<Path> SYSTEM =
      Set.of(
          Path.of("/lib"),
          Path.of("/lib64"),
          Path.of("/usr/lib"),
          Path.of("/usr/lib64"),
          Path.of("/usr/java/packages/lib"));

  private OwnCode() {}

  /**
   * Java's folder and those that jtsh loads its native libraries from.
   *
   * @param javaHome the system property {@code java.home}
   * @param libraryPath the system property {@code java.library.path}
   */
  public static List<Path> folders(String javaHome, String libraryPath) {
    List<Path> folders = new ArrayList<>(List.of(real(Path.of(javaHome))));
    for (String folder : libraryPath.split(File.pathSeparator)) {
      Path path = Path.of(folder);
      if (path.isAbsolute() && !SYSTEM.contains(path.normalize())) {
        folders.add(real(path));
      }
    }
    return folders;
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import dev.jtsh.tests.support.TestedJtsh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A copy of the built {@code ./jtsh} where an ordinary user can run it; the build may lie where
 * only its owner looks. The start script is the built one with other directories in it.
 */
final class PublicProgram {
  private static final Pattern CLASS_PATH = Pattern.compile("-cp \"([^\"]+)\"");
  private static final Pattern DIRECTORY =
      Pattern.compile("-D(?:java\\.library\\.path|org\\.sqlite\\.lib\\.path)=(\\S+)");
  private static final String MAIN = "dev.jtsh.launcher.Main";

  private final Path directory;
  private final String script;
  private final List<Path> testClasses;

  private PublicProgram(Path directory, String script, List<Path> testClasses) {
    this.directory = directory;
    this.script = script;
    this.testClasses = testClasses;
  }

  /**
   * Copies the program and all it loads.
   *
   * @param built the start script that {@code ./dev build} left
   * @param directory new, readable for everybody
   */
  static PublicProgram copy(Path built, Path directory) throws IOException {
    String script = Files.readString(built);
    Path libraries = Files.createDirectory(directory.resolve("lib"));
    Matcher classPath = CLASS_PATH.matcher(script);
    if (!classPath.find()) {
      throw new IOException("no class path in " + built);
    }
    List<Path> copies = new ArrayList<>();
    for (Path entry : entries(classPath.group(1))) {
      copies.add(copyInto(libraries, copies.size(), entry));
    }
    script = script.replace(classPath.group(), "-cp \"" + joined(copies) + "\"");
    Matcher native_ = DIRECTORY.matcher(script);
    StringBuilder moved = new StringBuilder();
    while (native_.find()) {
      Path copy = copyInto(libraries, copies.size() + moved.length(), Path.of(native_.group(1)));
      native_.appendReplacement(
          moved,
          Matcher.quoteReplacement(native_.group().replace(native_.group(1), copy.toString())));
    }
    native_.appendTail(moved);
    List<Path> testClasses = new ArrayList<>();
    for (Class<?> type : List.of(TestedJtsh.class, SoftwareAuthenticator.class)) {
      Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
      if (!testClasses.contains(place)) {
        testClasses.add(copyInto(libraries, 1_000_000 + testClasses.size(), place));
      }
    }
    return new PublicProgram(directory, moved.toString(), testClasses);
  }

  /** The program as it was built. */
  Path asBuilt() throws IOException {
    return write("jtsh", script);
  }

  /** The same start script with {@link TestedJtsh} around the program. */
  Path tested(String name, Map<String, String> properties) throws IOException {
    StringBuilder words = new StringBuilder();
    properties.forEach(
        (key, value) -> words.append("-D").append(key).append('=').append(value).append(' '));
    String changed =
        script
            .replace("-cp \"", words + "-cp \"" + joined(testClasses) + ":")
            .replace(MAIN, TestedJtsh.class.getName());
    return write(name, changed);
  }

  /** Without what keeps dumps and debuggers away. */
  Path unprotected() throws IOException {
    Path tested = tested("jtsh-unprotected", Map.of(TestedJtsh.UNPROTECTED, "true"));
    String text = Files.readString(tested);
    // From the start on: a session ignores the signal that would start the listener later.
    String open =
        text.replace(
            "-XX:+DisableAttachMechanism", "-XX:-DisableAttachMechanism -XX:+StartAttachListener");
    if (open.equals(text)) {
      throw new IOException("the built program does not switch attaching off");
    }
    return write("jtsh-unprotected", open);
  }

  private Path write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private static List<Path> entries(String classPath) throws IOException {
    List<Path> entries = new ArrayList<>();
    for (String entry : classPath.split(":")) {
      if (entry.endsWith("/*")) {
        try (Stream<Path> jars = Files.list(Path.of(entry.substring(0, entry.length() - 2)))) {
          jars.filter(jar -> jar.toString().endsWith(".jar")).sorted().forEach(entries::add);
        }
      } else if (!entry.isEmpty()) {
        entries.add(Path.of(entry));
      }
    }
    return entries;
  }

  private static Path copyInto(Path directory, int number, Path from) throws IOException {
    Path to = directory.resolve(number + "-" + from.getFileName());
    try (Stream<Path> all = Files.walk(from)) {
      for (Path one : all.toList()) {
        Path copy = to.resolve(from.relativize(one).toString());
        boolean folder = Files.isDirectory(one);
        if (folder) {
          Files.createDirectory(copy);
        } else {
          Files.copy(one, copy);
        }
        Files.setPosixFilePermissions(
            copy, PosixFilePermissions.fromString(folder ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
    return to;
  }

  private static String joined(List<Path> paths) {
    return String.join(":", paths.stream().map(Path::toString).toList());
  }
}

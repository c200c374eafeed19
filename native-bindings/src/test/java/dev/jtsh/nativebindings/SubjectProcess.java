// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@link Subject} in a JVM of its own. Closing it ends the JVM. */
final class SubjectProcess implements AutoCloseable {
  private static final long END_SECONDS_MAX = 30;

  private final Process process;
  private final BufferedReader output;

  private SubjectProcess(Process process) {
    this.process = process;
    this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  static SubjectProcess start(String... args) throws IOException {
    return start(List.of(), Map.of(), args);
  }

  /** With a command before the JVM's, for example setpriv, and additional variables. */
  static SubjectProcess start(List<String> before, Map<String, String> variables, String... args)
      throws IOException {
    return start(before, variables, System.getProperty("java.class.path"), args);
  }

  /** For a user who cannot read the build's directories. */
  static SubjectProcess startWithClassPath(List<String> before, String classPath, String... args)
      throws IOException {
    return start(before, Map.of(), classPath, args);
  }

  private static SubjectProcess start(
      List<String> before, Map<String, String> variables, String classPath, String[] args)
      throws IOException {
    // Tests that were started in the background ignore INT, and the JVM would keep it so.
    List<String> command = new ArrayList<>(List.of("/usr/bin/env", "--default-signal=INT,HUP"));
    command.addAll(before);
    command.addAll(command(classPath, args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(variables);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new SubjectProcess(builder.start());
  }

  /** The command line of the JVM. */
  static List<String> command(String classPath, String... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:+ErrorFileToStdout",
                "-XX:-CreateCoredumpOnCrash",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                Subject.class.getName()));
    command.addAll(List.of(args));
    return command;
  }

  long pid() {
    return process.pid();
  }

  /** The next line it says. */
  String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new AssertionError("the subject ended early");
    }
    return line;
  }

  /** All it still says until it ends. */
  String rest() throws IOException {
    StringBuilder rest = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      rest.append(line).append('\n');
    }
    return rest.toString();
  }

  void signal(String name) throws Exception {
    new ProcessBuilder("/bin/kill", "-" + name, Long.toString(pid())).start().waitFor();
  }

  /** Closes its standard input, which lets it go on, and waits for the end. */
  int finish() throws Exception {
    process.getOutputStream().close();
    return awaitEnd();
  }

  int awaitEnd() {
    try {
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new AssertionError("the subject did not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    awaitEnd();
  }
}

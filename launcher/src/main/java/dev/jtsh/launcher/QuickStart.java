// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Short commands in their plainest form, run before the process is hardened and without reading the
 * options of all commands: the version, help, and the logins of this machine outside of a session.
 *
 * <p>None of them needs rules 16 and 19: they read no key, no password and no session, talk to
 * nobody, write nothing and start no program, so there is nothing in the process that a core file,
 * a debugger or foreign code could give away, or anybody it could be given to. Whatever is written
 * in another way goes the whole way, and both ways say the same (tests hold them to it).
 */
final class QuickStart {
  /** What the whole way looks at before it runs a command that this one runs too. */
  private static final List<String> SETTINGS =
      List.of("TELEPORT_MLOCK_MODE", "TELEPORT_HEADLESS", "JTSH_DEBUG");

  private final Map<String, String> environment;
  private final Path home;
  private final InstantSource clock;
  private final Console console;
  private final WrittenHelp help;

  /** In this world. */
  QuickStart(
      Map<String, String> environment,
      Path home,
      InstantSource clock,
      Console console,
      WrittenHelp help) {
    this.environment = environment;
    this.home = home;
    this.clock = clock;
    this.console = console;
    this.help = help;
  }

  /** Of this process. */
  static QuickStart ofThisProcess() {
    Map<String, String> environment = OriginalEnvironment.of(System.getenv());
    return new QuickStart(
        environment,
        Outside.home(environment),
        InstantSource.system(),
        new Console(System.out, System.err),
        WrittenHelp.ofThisProgram());
  }

  /**
   * Runs the command if it is one of these.
   *
   * @return the exit status; empty when nothing has been done
   */
  OptionalInt run(String... args) {
    List<String> words = OtherWords.ours(List.of(args));
    if (words.equals(List.of("version"))) {
      return ended(new VersionCommand(console).call());
    }
    if (words.equals(List.of("status")) && isOutsideOfSessions()) {
      StoredLogins logins = new StoredLogins(environment, home, clock, console);
      return ended(logins.show(DocumentFormat.text));
    }
    Optional<String> text =
        WrittenHelp.isAsked(words)
            ? help.of(words, WrittenHelp.coloured(environment))
            : Optional.empty();
    text.ifPresent(console::document);
    return text.isPresent() ? ended(ExitCode.OK.status()) : OptionalInt.empty();
  }

  private OptionalInt ended(int status) {
    return OptionalInt.of(LostOutput.status(console, status));
  }

  private boolean isOutsideOfSessions() {
    return SETTINGS.stream().noneMatch(environment::containsKey)
        && !ShellKubeconfig.isInside(environment)
        && ShellKubeconfig.inFile(environment).isEmpty();
  }
}

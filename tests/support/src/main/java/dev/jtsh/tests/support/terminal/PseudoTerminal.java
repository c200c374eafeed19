// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.terminal;

import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One program on a terminal of its own. Not for use by several threads at once.
 *
 * <p>{@link #expect} reads the transcript from where the last expectation was met, so that a prompt
 * seen before does not count again; {@link #awaitScreen} looks at what is visible now. A terminal
 * that is not closed ends with this JVM.
 */
public final class PseudoTerminal implements AutoCloseable {
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
  private static final long POLL_MILLIS = 20;
  private static final Duration ASK_AGAIN = Duration.ofMillis(500);
  private static final int SIGNALLED = 128;
  private static final int SCROLLBACK_LINES = 100_000;

  /** Ends the tmux server when its stdin ends: by close, or because this JVM is gone. */
  private static final String GUARD =
      "trap '' INT TERM HUP; cat >/dev/null; tmux -S \"$1/tmux\" kill-server 2>/dev/null; rm -rf \"$1\"";

  /**
   * Stays on the terminal when the program has ended, so that nothing it wrote is lost (tmux closes
   * a terminal whose first process ended without reading what is still on the way), the settings it
   * left can be looked at, and the mark with its exit status comes after all its output.
   */
  private static final String KEEPER =
      "mark=$1; shift; trap : INT QUIT; exec 2>/dev/null; \"$@\" 2>&1; status=$?;"
          + " printf \"$mark\" $status; while :; do sleep 1000; done";

  private final Path directory;
  private final RunningProgram guard;
  private final String token = UUID.randomUUID().toString();
  private final Transcript transcript;
  private final List<ProcessHandle> hungUp = new ArrayList<>(); // what may outlive the terminal
  private long keeperAsked = System.nanoTime();
  private boolean keeperDead;
  private int met; // Where in the plain text the last expectation ended.

  private PseudoTerminal(Path directory, RunningProgram guard) {
    this.directory = directory;
    this.guard = guard;
    this.transcript = new Transcript(transcriptFile(), token);
  }

  /**
   * Starts a program with exactly the given environment, and TERM where that says none.
   *
   * @param command the program, looked up on the environment's PATH, and its arguments
   * @param environment all variables it gets; tmux's own are not among them
   * @param workingDirectory where it starts
   * @param size the terminal's size
   */
  public static PseudoTerminal start(
      List<String> command,
      Map<String, String> environment,
      Path workingDirectory,
      TerminalSize size) {
    Path directory = newDirectory();
    RunningProgram guard =
        RunningProgram.start(
            List.of("sh", "-c", GUARD, "terminal-guard", directory.toString()), ownEnvironment());
    PseudoTerminal terminal = new PseudoTerminal(directory, guard);
    try {
      terminal.open(terminal.kept(exactly(command, environment)), workingDirectory, size);
      return terminal;
    } catch (RuntimeException e) {
      terminal.close();
      throw e;
    }
  }

  /** The same, in the directory of this process. */
  public static PseudoTerminal start(
      List<String> command, Map<String, String> environment, TerminalSize size) {
    return start(command, environment, Path.of("").toAbsolutePath(), size);
  }

  /** One call for all: tmux reads nothing from the program before the transcript is open. */
  private void open(List<String> command, Path workingDirectory, TerminalSize size) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("start-server", ";"));
    option(arguments, "default-terminal", "screen");
    option(arguments, "history-limit", String.valueOf(SCROLLBACK_LINES));
    option(arguments, "remain-on-exit", "on"); // Should even the keeper be killed.
    option(arguments, "remain-on-exit-format", "");
    option(arguments, "status", "off"); // Its line would be taken from the program.
    option(arguments, "escape-time", "0");
    arguments.addAll(List.of("new-session", "-d", "-c", workingDirectory.toString()));
    arguments.addAll(List.of("-x", String.valueOf(size.columns())));
    arguments.addAll(List.of("-y", String.valueOf(size.rows())));
    command.forEach(word -> arguments.add(escaped(word)));
    arguments.addAll(List.of(";", "pipe-pane", "-O", "cat >>'" + transcriptFile() + "'"));
    tmux(arguments.toArray(String[]::new));
  }

  private static void option(List<String> arguments, String name, String value) {
    arguments.addAll(List.of("set-option", "-g", name, value, ";"));
  }

  /** A word that ends in a semicolon would end tmux's command. */
  private static String escaped(String word) {
    return word.endsWith(";") ? word.substring(0, word.length() - 1) + "\\;" : word;
  }

  private List<String> kept(List<String> command) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("sh", "-c", KEEPER, "terminal-keeper", Transcript.markFormat(token)));
    words.addAll(command);
    return words;
  }

  private static List<String> exactly(List<String> command, Map<String, String> environment) {
    List<String> words = new ArrayList<>(List.of("env", "-i"));
    if (!environment.containsKey("TERM")) {
      words.add("TERM=screen");
    }
    environment.forEach((name, value) -> words.add(name + "=" + value));
    words.addAll(command);
    return words;
  }

  /** Types text as it is. */
  public void send(String text) {
    tmux("send-keys", "-l", "--", escaped(text));
  }

  /** Types text and Enter. */
  public void sendLine(String text) {
    send(text);
    send(Key.ENTER);
  }

  /** Presses one key. */
  public void send(Key key) {
    tmux("send-keys", key.tmuxName());
  }

  /** Changes the terminal's size; the program gets SIGWINCH. */
  public void resize(TerminalSize size) {
    String columns = String.valueOf(size.columns());
    tmux("resize-window", "-x", columns, "-y", String.valueOf(size.rows()));
  }

  /**
   * Waits until the program has written {@code text}, after what the last expectation met.
   *
   * @return what was written from there up to the end of {@code text}, without escape sequences
   * @throws TerminalTimeoutException with the screen, when {@code limit} passes before
   */
  public String expect(String text, Duration limit) {
    int from = met;
    expect(Pattern.compile(Pattern.quote(text)), limit);
    return transcript.plain().substring(from, met);
  }

  /** The same for a pattern; its groups are in the result. */
  public MatchResult expect(Pattern pattern, Duration limit) {
    return await("to read \"" + pattern + "\"", limit, () -> find(pattern));
  }

  private Optional<MatchResult> find(Pattern pattern) {
    boolean ended = exitStatus().isPresent(); // What it wrote before is read with it.
    Matcher matcher = pattern.matcher(transcript.plain());
    if (matcher.find(met)) {
      met = matcher.end();
      return Optional.of(matcher.toMatchResult());
    }
    if (ended) {
      throw new TerminalTimeoutException(
          "the program ended before it wrote \"" + pattern + "\"; " + describe());
    }
    return Optional.empty();
  }

  /** Waits until {@code text} is visible; lines that wrapped are looked at as one. */
  public void awaitScreen(String text, Duration limit) {
    await(
        "to see \"" + text + "\"",
        limit,
        () -> screen().contains(text) ? Optional.of(text) : Optional.empty());
  }

  /** What is visible now: lines without trailing blanks, wrapped ones joined. */
  public String screen() {
    return tmux("capture-pane", "-p", "-J").stdout().stripTrailing().replaceAll(" +\n", "\n");
  }

  /** What is visible now and all that has scrolled away. */
  public String screenWithScrollback() {
    return tmux("capture-pane", "-p", "-J", "-S", "-")
        .stdout()
        .stripTrailing()
        .replaceAll(" +\n", "\n");
  }

  /** Every byte the program has written so far, as it came. */
  public byte[] transcript() {
    transcript.update();
    return transcript.bytes();
  }

  /** The transcript as text without escape sequences. */
  public String plainTranscript() {
    transcript.update();
    return transcript.plain();
  }

  /** The process id of the program, while it runs. */
  public long pid() {
    return await(
        "for the program's start",
        COMMAND_LIMIT,
        () -> {
          transcript.update();
          if (transcript.exitStatus().isPresent()) {
            throw new IllegalStateException("the program has ended");
          }
          return keeper().flatMap(keeper -> keeper.children().findFirst()).map(ProcessHandle::pid);
        });
  }

  private Optional<ProcessHandle> keeper() {
    ProgramResult asked = tryTmux("display-message", "-p", "#{pane_pid}");
    if (asked.exitCode() != 0 || asked.stdout().isBlank()) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(asked.stdout().strip()));
  }

  /**
   * The terminal's settings as {@code stty -a} says them; after the program's end, as it left them.
   */
  public String settings() {
    List<String> stty = List.of("stty", "-a", "-F", ask("#{pane_tty}"));
    try (RunningProgram running = RunningProgram.start(stty, ownEnvironment())) {
      return running.awaitEnd(COMMAND_LIMIT).orThrow().stdout();
    }
  }

  /** How the program ended, as a shell would say it; empty while it runs. */
  public OptionalInt exitStatus() {
    transcript.update();
    if (transcript.exitStatus().isPresent()) {
      return transcript.exitStatus();
    }
    // Something may have killed the keeper, so there will be no mark. To ask is a process: seldom.
    long now = System.nanoTime();
    if (!keeperDead && now - keeperAsked >= ASK_AGAIN.toNanos()) {
      keeperAsked = now;
      keeperDead = ask("#{pane_dead}").equals("1");
    }
    return keeperDead ? OptionalInt.of(SIGNALLED) : OptionalInt.empty();
  }

  /**
   * Waits for the program's end; the transcript is complete then.
   *
   * @return its exit status, 128 + N when signal N ended it
   */
  public int awaitExit(Duration limit) {
    return await(
        "for the program's end",
        limit,
        () -> {
          OptionalInt ended = exitStatus();
          return ended.isPresent() ? Optional.of(ended.getAsInt()) : Optional.empty();
        });
  }

  /**
   * Takes the terminal away, as a lost SSH connection does: the program gets SIGHUP. Its screen and
   * exit status cannot be asked for any more, its transcript can.
   */
  public void hangUp() {
    hungUp.addAll(processes());
    tmux("kill-server");
  }

  /** Ends the program, whatever it does about it, and the terminal. */
  @Override
  public void close() {
    List<ProcessHandle> processes = processes();
    processes.addAll(hungUp);
    guard.awaitEnd(COMMAND_LIMIT); // Its stdin ends: it hangs up the terminal and cleans up.
    guard.close();
    processes.forEach(ProcessHandle::destroyForcibly);
  }

  private List<ProcessHandle> processes() {
    List<ProcessHandle> found = new ArrayList<>();
    keeper()
        .ifPresent(keeper -> {
          found.add(keeper);
          keeper.descendants().forEach(found::add);
        });
    return found;
  }

  private <T> T await(String what, Duration limit, Supplier<Optional<T>> look) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<T> found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (System.nanoTime() > end) {
        throw new TerminalTimeoutException("waited %s %s; %s".formatted(limit, what, describe()));
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a terminal", e);
    }
  }

  private String describe() {
    OptionalInt ended = exitStatus();
    String state = ended.isPresent() ? "it ended with " + ended.getAsInt() : "it runs";
    return "%s; its screen:%n%s".formatted(state, screen());
  }

  private String ask(String format) {
    return tmux("display-message", "-p", format).stdout().strip();
  }

  private ProgramResult tmux(String... arguments) {
    return tryTmux(arguments).orThrow();
  }

  private ProgramResult tryTmux(String... arguments) {
    List<String> command = new ArrayList<>();
    String socket = directory.resolve("tmux").toString();
    command.addAll(List.of("tmux", "-u", "-f", "/dev/null", "-S", socket));
    command.addAll(List.of(arguments));
    try (RunningProgram running = RunningProgram.start(command, ownEnvironment())) {
      return running.awaitEnd(COMMAND_LIMIT);
    }
  }

  private Path transcriptFile() {
    return directory.resolve("transcript");
  }

  private static Map<String, String> ownEnvironment() {
    return Map.of(
        "PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"), "LC_ALL", "C.UTF-8");
  }

  private static Path newDirectory() {
    try {
      return Files.createTempDirectory("jtsh-terminal-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory for the terminal", e);
    }
  }
}

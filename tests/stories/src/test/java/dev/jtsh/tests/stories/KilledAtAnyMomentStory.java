// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * jtsh is ended by a signal at 50 moments between its start and its end, drawn from a seed.
 * Whenever it is, nothing runs on, nothing can be read, and the terminal is as it was.
 *
 * <p>{@code -Djtsh.stories.seed=N} draws other moments.
 */
@ExtendWith(StoryWorld.Visit.class)
final class KilledAtAnyMomentStory {
  private static final int MOMENTS = 50;
  private static final int AT_ONCE = 4;
  private static final long SEED = Long.getLong("jtsh.stories.seed", 20_261_121);
  private static final String MARK = "JTSH_STORY";
  private static final Pattern ID = Pattern.compile("headless approve .* ([0-9a-f-]{36})");
  private static final Pattern PORT =
      Pattern.compile("Started local proxy for Kubernetes on 127\\.0\\.0\\.1:([0-9]+)");

  private final StoryWorld world;

  KilledAtAnyMomentStory(StoryWorld world) {
    this.world = world;
  }

  /** What the session has come to when the clock of its end starts. */
  private enum Stage {
    STARTING(2500),
    WAITING(500),
    APPROVED(800),
    IN_THE_SHELL(300),
    KUBECTL_RUNS(1000),
    LEAVING(300);

    final int millisMax;

    Stage(int millisMax) {
      this.millisMax = millisMax;
    }
  }

  private enum Signal {
    KILL(137),
    TERM(143),
    HUP(129);

    final int status;

    Signal(int status) {
      this.status = status;
    }
  }

  /** When, and by what. */
  private record Moment(int number, Stage stage, Duration later, Signal signal) {
    static List<Moment> draw(long seed) {
      Random random = new Random(seed);
      List<Stage> stages = List.of(Stage.values());
      List<Signal> signals = List.of(Signal.values());
      List<Moment> moments = new ArrayList<>();
      for (int i = 0; i < MOMENTS; i++) {
        Stage stage = stages.get(i % stages.size());
        Signal signal = signals.get(i / stages.size() % signals.size());
        Duration later = Duration.ofMillis(random.nextInt(stage.millisMax));
        moments.add(new Moment(i, stage, later, signal));
      }
      return moments;
    }
  }

  @Test
  void nothingIsLeftWheneverItHappens() throws Exception {
    List<Moment> moments = Moment.draw(SEED);
    List<Laptop> laptops = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      laptops.add(world.enrol(user(i), StoryWorld.ALL_CLUSTERS + ", " + StoryWorld.ADMINS));
    }
    List<Throwable> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        int person = i;
        running.add(
            threads.submit(() -> {
              for (int n = person; n < MOMENTS; n += AT_ONCE) {
                happens(moments.get(n), user(person), laptops.get(person), failures);
              }
            }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    assertThat(failures).as("with -Djtsh.stories.seed=%d", SEED).isEmpty();
    assertNoKeyBelow(world.home());
  }

  private static String user(int person) {
    return "killed" + person;
  }

  private void happens(Moment moment, String user, Laptop laptop, List<Throwable> failures) {
    try {
      Path temporary = world.newDirectory("killed");
      Map<String, String> environment = new HashMap<>(world.environment("/bin/bash"));
      environment.put("TMPDIR", temporary.toString());
      environment.put(MARK, String.valueOf(moment.number()));
      List<String> command = world.command().as(user).words();
      try (PseudoTerminal terminal = world.terminal(command, environment)) {
        long pid = terminal.pid(); // Where it runs, the terminal's own settings are made.
        String before = terminal.settings();
        reach(moment.stage(), terminal, laptop);
        Thread.sleep(moment.later());
        signal(moment.signal(), pid);

        int status = terminal.awaitExit(StoryWorld.SOON);
        assertNothingRuns(moment.number());
        String told = terminal.plainTranscript();
        boolean left = moment.stage() == Stage.LEAVING && status == 0;
        assertThat(left || status == moment.signal().status).as("exit status %d", status).isTrue();
        assertThat(terminal.settings()).isEqualTo(before);
        assertClosed(told);
        assertThat(temporary).isEmptyDirectory();
        withdraw(told, laptop);
      }
    } catch (Exception | AssertionError e) {
      synchronized (failures) {
        failures.add(new AssertionError(moment + ": " + e.getMessage(), e));
      }
    }
  }

  private void reach(Stage stage, PseudoTerminal terminal, Laptop laptop) {
    if (stage == Stage.STARTING) {
      return;
    }
    HeadlessShell session = HeadlessShell.on(terminal, world);
    if (stage == Stage.WAITING) {
      return;
    }
    session.sayYes(laptop);
    if (stage == Stage.APPROVED) {
      return;
    }
    session.awaitProxy();
    session.awaitPrompt();
    switch (stage) {
      case KUBECTL_RUNS -> terminal.sendLine("kubectl get namespaces --watch");
      case LEAVING -> terminal.sendLine("exit");
      default -> {}
    }
  }

  private void signal(Signal signal, long pid) {
    // When it has left by itself already, there is nobody to signal.
    world.run(List.of("kill", "-s", signal.name(), String.valueOf(pid)));
  }

  /** What jtsh started has its environment; jtsh itself too. */
  private static void assertNothingRuns(int number) throws Exception {
    String mark = "\0" + MARK + "=" + number + "\0";
    long end = System.nanoTime() + StoryWorld.SOON.toNanos();
    List<Long> running = marked(mark);
    while (!running.isEmpty() && System.nanoTime() < end) {
      Thread.sleep(50);
      running = marked(mark);
    }
    assertThat(running).as("processes that outlived jtsh").isEmpty();
  }

  private static List<Long> marked(String mark) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> ("\0" + environment(pid) + "\0").contains(mark))
        .toList();
  }

  private static String environment(long pid) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", String.valueOf(pid), "environ"));
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // It has ended, or is not ours.
    }
  }

  private static void assertClosed(String told) {
    Matcher port = PORT.matcher(told);
    if (port.find()) {
      int number = Integer.parseInt(port.group(1));
      assertThatThrownBy(() -> new Socket(InetAddress.ofLiteral("127.0.0.1"), number).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  /** The cluster keeps a request for a while when its asker is cut off; others want its place. */
  private static void withdraw(String told, Laptop laptop) {
    Matcher id = ID.matcher(told);
    if (id.find() && !PORT.matcher(told).find()) {
      laptop.deny(id.group(1));
    }
  }

  private static void assertNoKeyBelow(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as("%s", file)
            .doesNotContain("PRIVATE KEY")
            .doesNotContain("client-key-data");
      }
    }
  }
}

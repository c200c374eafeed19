// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.startup;

import dev.jtsh.bench.Benchmark;
import dev.jtsh.bench.Measurements;
import dev.jtsh.bench.Scale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Short commands as whole processes and the beginning of a headless session, each in turn in every
 * round, beside {@code kubectl version --client}. The program is the installed one where there is
 * one: only the package makes the start-up cache.
 */
public final class StartupBenchmark implements Benchmark {
  private static final String YARDSTICK = "kubectl version";
  private static final int RUNS_PER_ROUND = 3;
  private static final int LIMIT_SECONDS = 60;
  private static final double MILLIS = 1e3;
  private static final double KIB = 1024;

  /** Makes one. */
  public StartupBenchmark() {}

  @Override
  public String name() {
    return "startup";
  }

  @Override
  public String purpose() {
    return "short commands and the start of a session, beside kubectl version --client";
  }

  private record Command(String name, List<String> words) {}

  @Override
  public Measurements run(Scale scale) throws IOException, InterruptedException {
    String jtsh = System.getProperty("jtsh.bench.program", "./jtsh");
    System.out.println("Measured: " + jtsh);
    List<Command> commands =
        List.of(
            new Command(YARDSTICK, List.of("kubectl", "version", "--client")),
            new Command("jtsh version", List.of(jtsh, "version")),
            new Command("jtsh --help", List.of(jtsh, "--help")),
            new Command("jtsh status", List.of(jtsh, "status")));
    Measurements results = new Measurements(YARDSTICK);
    for (Command command : commands) {
      once(command, scale.work()); // Files into the page cache.
    }
    Path cluster = Files.createDirectory(scale.work().resolve("session"));
    try (SessionStart sessions =
        SessionStart.begin(Path.of(System.getProperty("jtsh.root", ".")), cluster)) {
      sessions.once(jtsh, new Measurements(YARDSTICK));
      for (int i = 0; i < scale.rounds() * RUNS_PER_ROUND; i++) {
        for (Command command : commands) {
          Used used = once(command, scale.work());
          results.add("wall ms", "ms", command.name(), used.wallMillis());
          results.add("CPU ms", "ms", command.name(), used.cpuMillis());
          results.add("peak MiB", "MiB", command.name(), used.peakMib());
          if (command.name().equals(YARDSTICK)) {
            results.add("resident MiB", "MiB", YARDSTICK, used.peakMib());
          }
        }
        sessions.once(jtsh, results);
      }
    }
    return results;
  }

  private record Used(double wallMillis, double cpuMillis, double peakMib) {}

  /** One process from its start to its end; GNU time says what it used. */
  private static Used once(Command command, Path work) throws IOException, InterruptedException {
    Path told = work.resolve("used");
    List<String> words =
        new ArrayList<>(List.of("time", "--format=%U %S %M", "--output=" + told, "--quiet"));
    words.addAll(command.words());
    ProcessBuilder builder = new ProcessBuilder(words);
    // Nobody's logins and configuration are read.
    builder.environment().put("HOME", work.toString());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    long start = System.nanoTime();
    Process process = builder.start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("did not end: " + command.name());
    }
    double wall = (System.nanoTime() - start) / 1e6;
    String[] used = Files.readString(told).strip().split(" ", -1);
    double cpu = (Double.parseDouble(used[0]) + Double.parseDouble(used[1])) * MILLIS;
    return new Used(wall, cpu, Double.parseDouble(used[2]) / KIB);
  }
}

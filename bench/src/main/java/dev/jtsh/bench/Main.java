// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import dev.jtsh.bench.Measurements.Spread;
import dev.jtsh.bench.proxy.ProxyBenchmark;
import dev.jtsh.bench.proxy.SoakBenchmark;
import dev.jtsh.bench.startup.StartupBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code bench NAME [--quick] [--only PART,TARGET,…] [--minutes N]}: runs one benchmark and writes
 * {@code NAME.json} and {@code NAME.svg} into the directory that {@code -Djtsh.bench.results}
 * names. Without a name it lists them.
 */
public final class Main {
  private static final List<Benchmark> ALL =
      List.of(new ProxyBenchmark(), new SoakBenchmark(), new StartupBenchmark());

  private Main() {}

  /** Runs; exits with 2 when the command line is wrong. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> names = new ArrayList<>(List.of(arguments));
    boolean quick = names.remove("--quick");
    String only = option(names, "--only", "");
    String minutes = option(names, "--minutes", "20");
    if (names.size() != 1 || !minutes.matches("[1-9][0-9]{0,3}")) {
      ALL.forEach(one -> System.out.printf("%-10s %s%n", one.name(), one.purpose()));
      System.exit(names.isEmpty() ? 0 : 2);
    }
    Benchmark chosen =
        ALL.stream().filter(one -> one.name().equals(names.getFirst())).findFirst().orElse(null);
    if (chosen == null) {
      System.err.println("bench: there is no benchmark " + names.getFirst());
      System.exit(2);
      return;
    }
    Path work = Files.createTempDirectory("jtsh-bench");
    try {
      Measurements results = chosen.run(scale(quick, work, only, Integer.parseInt(minutes)));
      Path directory = Path.of(System.getProperty("jtsh.bench.results", "bench/results"));
      Files.createDirectories(directory);
      ResultFile.write(results, directory.resolve(chosen.name() + ".json"));
      Plot.write(results, directory.resolve(chosen.name() + ".svg"));
      print(results);
      System.out.println("Written: " + directory.resolve(chosen.name() + ".json") + ", .svg");
    } finally {
      delete(work);
    }
  }

  /** Takes an option and its value out of the arguments. */
  private static String option(List<String> arguments, String name, String otherwise) {
    int at = arguments.indexOf(name);
    if (at < 0 || at + 1 >= arguments.size()) {
      return otherwise;
    }
    arguments.remove(at);
    return arguments.remove(at);
  }

  private static Scale scale(boolean quick, Path work, String only, int minutes) {
    Path tools = Path.of(System.getProperty("jtsh.bench.tools", "bench/target/tools"));
    List<String> flags =
        Arrays.stream(System.getProperty("jtsh.bench.flags", "").split(" "))
            .filter(flag -> !flag.isEmpty())
            .toList();
    Set<String> parts = only.isEmpty() ? Set.of() : Set.of(only.split(","));
    return quick
        ? new Scale(2, 1, 2, work, tools, flags, parts, minutes)
        : new Scale(5, 3, 8, work, tools, flags, parts, minutes);
  }

  private static void print(Measurements results) {
    for (String measure : results.measures()) {
      System.out.println(measure);
      for (String target : results.targets(measure)) {
        Spread spread = results.spread(measure, target);
        double own = results.spread(measure, results.subject()).median();
        System.out.printf(
            Locale.ROOT,
            "  %-14s %12.2f  (%.2f to %.2f)  %s/%s %.2f%n",
            target,
            spread.median(),
            spread.min(),
            spread.max(),
            results.subject(),
            target,
            spread.median() == 0 ? 0 : own / spread.median());
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.proxy;

import dev.jtsh.bench.Scale;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes load with h2load, which has a client certificate put into it. */
final class LoadGenerator {
  private static final Pattern TIME = Pattern.compile("finished in ([0-9.]+)(us|ms|s),");
  private static final Pattern COUNTS =
      Pattern.compile("requests: \\d+ total, \\d+ started, (\\d+) done, (\\d+) succeeded");
  private static final Pattern FAILED =
      Pattern.compile("(\\d+) failed, \\d+ errored, \\d+ timeout");

  private final Scale scale;

  LoadGenerator(Scale scale) {
    this.scale = scale;
  }

  /**
   * A kind of load.
   *
   * @param name in the measures: protocol and how many at once
   * @param clients connections
   * @param streams requests at once on each
   */
  record Load(String name, boolean http2, int clients, int streams) {}

  /**
   * What came of it.
   *
   * @param requests answered with a 2xx
   * @param seconds the time they took in all
   * @param p50Micros half of the requests took at most so long
   * @param p99Micros 99 % of the requests took at most so long
   */
  record Outcome(long requests, double seconds, double p50Micros, double p99Micros) {
    double perSecond() {
      return requests / seconds;
    }
  }

  /** Small requests for a time. */
  Outcome forSeconds(Target target, Load load, int seconds)
      throws IOException, InterruptedException {
    return forSeconds(target, load, Targets.SMALL, seconds);
  }

  /** Requests for one path, for a time. */
  Outcome forSeconds(Target target, Load load, String path, int seconds)
      throws IOException, InterruptedException {
    return run(target, load, path, List.of("-D", Integer.toString(seconds)), seconds);
  }

  /** A number of big bodies one after the other. */
  Outcome bulk(Target target, boolean http2, int count) throws IOException, InterruptedException {
    return run(
        target,
        new Load("bulk", http2, 1, 1),
        Targets.BULK,
        List.of("-n", Integer.toString(count)),
        0);
  }

  /** How many small requests succeeded and failed in a time. */
  Counts count(Target target, Load load, int seconds) throws IOException, InterruptedException {
    String printed = print(target, load, Targets.SMALL, List.of("-D", Integer.toString(seconds)));
    Matcher counts = COUNTS.matcher(printed);
    Matcher failed = FAILED.matcher(printed);
    if (!counts.find() || !failed.find()) {
      throw new IOException("h2load against %s failed: %s".formatted(target.name(), printed));
    }
    long done = Long.parseLong(counts.group(1));
    long succeeded = Long.parseLong(counts.group(2));
    return new Counts(succeeded, Math.max(done - succeeded, Long.parseLong(failed.group(1))));
  }

  /** Requests that were answered with a 2xx, and the others. */
  record Counts(long succeeded, long failed) {}

  private Outcome run(Target target, Load load, String path, List<String> amount, int seconds)
      throws IOException, InterruptedException {
    String printed = print(target, load, path, amount);
    return outcome(target, load, printed, scale.work().resolve("requests.log"), seconds);
  }

  private String print(Target target, Load load, String path, List<String> amount)
      throws IOException, InterruptedException {
    Path log = scale.work().resolve("requests.log");
    Files.deleteIfExists(log);
    List<String> command = new ArrayList<>(List.of("timeout", "300", "h2load", "-t", "1"));
    command.addAll(amount);
    command.addAll(List.of("-c", Integer.toString(load.clients())));
    command.addAll(List.of("-m", Integer.toString(load.streams())));
    command.add("--log-file=" + log);
    if (!load.http2()) {
      command.add("--h1");
    }
    command.add(target.url(path));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("BENCH_CERTIFICATE", target.certificate().toString());
    builder.environment().put("BENCH_KEY", target.key().toString());
    builder
        .environment()
        .put("LD_PRELOAD", scale.tools().resolve("client-certificate.so").toString());
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(310, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return printed;
  }

  private static Outcome outcome(Target target, Load load, String printed, Path log, int seconds)
      throws IOException {
    Matcher time = TIME.matcher(printed);
    Matcher counts = COUNTS.matcher(printed);
    if (!time.find() || !counts.find() || !counts.group(1).equals(counts.group(2))) {
      throw new IOException(
          "h2load against %s, %s failed: %s".formatted(target.name(), load.name(), printed));
    }
    long requests = Long.parseLong(counts.group(2));
    if (requests == 0) {
      throw new IOException("no request answered by " + target.name() + ": " + printed);
    }
    double unit =
        switch (time.group(2)) {
          case "us" -> 1e-6;
          case "ms" -> 1e-3;
          default -> 1;
        };
    double took = seconds > 0 ? seconds : Double.parseDouble(time.group(1)) * unit;
    int[] micros = micros(log);
    return new Outcome(requests, took, at(micros, 0.50), at(micros, 0.99));
  }

  private static double at(int[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) ((sorted.length - 1) * share)];
  }

  private static int[] micros(Path log) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(log)) {
      int[] micros =
          lines
              .lines()
              .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf('\t') + 1)))
              .toArray();
      Arrays.sort(micros);
      return micros;
    }
  }
}

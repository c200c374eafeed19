// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.proxy;

import dev.jtsh.bench.Benchmark;
import dev.jtsh.bench.Measurements;
import dev.jtsh.bench.RunningProgram;
import dev.jtsh.bench.Scale;
import dev.jtsh.bench.proxy.LoadGenerator.Counts;
import dev.jtsh.bench.proxy.LoadGenerator.Load;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The local proxy under load for a while: its certificate towards the upstream is renewed ten times
 * meanwhile and watches stay open. No request may fail and its memory may not grow.
 */
public final class SoakBenchmark implements Benchmark {
  private static final int RENEWALS = 10;
  private static final int WATCHES = 100;
  private static final int SECONDS_EACH = 5;
  private static final int BODIES_EACH = 5;
  private static final List<Load> LOADS =
      List.of(
          new Load("h1 c16", false, 16, 1),
          new Load("h2 c16", true, 16, 1),
          new Load("h2 1x16", true, 1, 16));

  private final Measurements results = new Measurements("jtsh");

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String purpose() {
    return "the local kube proxy under load with ten renewals; --minutes N, 20 unless told";
  }

  @Override
  public Measurements run(Scale scale) throws IOException, InterruptedException {
    Targets start = new Targets(scale, Certificates.make(scale.work().resolve("certificates")));
    LoadGenerator load = new LoadGenerator(scale);
    Duration length = Duration.ofMinutes(scale.minutes());
    List<Target> running = new ArrayList<>();
    try {
      running.addAll(start.upstream().reversed());
      Target jtsh = start.renewing(length.dividedBy(RENEWALS + 1));
      running.add(jtsh);
      Process watches = watch(scale, jtsh);
      try {
        soak(load, jtsh, length);
        boolean held = watches.isAlive();
        count("watches that ended early", held ? 0 : WATCHES);
      } finally {
        watches.getOutputStream().close();
        watches.waitFor();
      }
      count(
          "renewals",
          Files.readAllLines(start.log("jtsh")).stream().filter("renewed"::equals).count());
      return results;
    } finally {
      running.reversed().forEach(Target::close);
    }
  }

  private void soak(LoadGenerator load, Target jtsh, Duration length)
      throws IOException, InterruptedException {
    RunningProgram program = jtsh.program();
    if (program == null) {
      throw new IllegalStateException("the local proxy is a program");
    }
    long start = System.nanoTime();
    long succeeded = 0;
    long failed = 0;
    double settled = 0;
    for (int round = 0; System.nanoTime() - start < length.toNanos(); round++) {
      for (Load kind : LOADS) {
        Counts counts = load.count(jtsh, kind, SECONDS_EACH);
        succeeded += counts.succeeded();
        failed += counts.failed();
      }
      load.bulk(jtsh, round % 2 == 0, BODIES_EACH);
      results.add("RSS MiB", "MiB", "jtsh", program.residentKib() / 1024);
      if (settled == 0 && System.nanoTime() - start > length.toNanos() / 3) {
        settled = program.residentKib();
      }
      System.out.printf(
          "%d requests, %d failed, %.0f MiB%n", succeeded, failed, program.residentKib() / 1024);
    }
    count("requests", succeeded);
    count("failed requests", failed);
    // The first third is for what the compiler and the pools of buffers need once.
    double growth = (program.residentKib() - settled) / 1024;
    results.add("RSS growth MiB in the last two thirds", "MiB", "jtsh", growth);
  }

  private void count(String measure, long value) {
    results.add(measure, "count", "jtsh", (double) value);
  }

  private static Process watch(Scale scale, Target target) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(scale.tools().resolve("benchtool").toString(), "watch"));
    command.addAll(List.of("-url", target.url(Targets.HOLD), "-http2"));
    command.addAll(List.of("-streams", Integer.toString(WATCHES), "-each", "10"));
    command.addAll(List.of("-cert", target.certificate().toString()));
    command.addAll(List.of("-key", target.key().toString(), "-ca", target.authority().toString()));
    Process watches = new ProcessBuilder(command).redirectErrorStream(true).start();
    byte[] said = watches.getInputStream().readNBytes("ready".length());
    if (!new String(said, StandardCharsets.US_ASCII).equals("ready")) {
      String rest = new String(watches.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      throw new IOException("the watches did not open: " + rest);
    }
    return watches;
  }
}

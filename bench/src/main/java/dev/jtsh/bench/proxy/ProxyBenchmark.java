// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.proxy;

import dev.jtsh.bench.Benchmark;
import dev.jtsh.bench.Measurements;
import dev.jtsh.bench.RunningProgram;
import dev.jtsh.bench.Scale;
import dev.jtsh.bench.proxy.LoadGenerator.Load;
import dev.jtsh.bench.proxy.LoadGenerator.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Small requests, big bodies, idle watches and memory, for jtsh's local proxy and for others, each
 * in front of the same nginx with client certificates on both sides.
 */
public final class ProxyBenchmark implements Benchmark {
  private static final List<Load> LOADS =
      List.of(
          new Load("h1 c1", false, 1, 1),
          new Load("h1 c16", false, 16, 1),
          new Load("h2 c1", true, 1, 1),
          new Load("h2 c16", true, 16, 1),
          new Load("h2 1x16", true, 1, 16));

  private static final String SMALL = "small";
  private static final String BULK = "bulk";
  private static final String IDLE = "idle";
  private static final String API_SERVER = "apiserver";
  private static final List<String> PARTS =
      Stream.concat(Stream.of(SMALL, BULK, IDLE, API_SERVER), LOADS.stream().map(Load::name))
          .toList();
  private static final List<String> RIVALS = List.of("nginx", "haproxy", "go", "kubectl-proxy");

  /** A cold proxy may take more than a second for its first request. */
  private static final int FIRST_SECONDS = 4;

  private static final int IDLE_HTTP1 = 500;
  private static final int IDLE_HTTP2 = 10_000;
  private static final int STREAMS_EACH = 100;
  private static final double REQUESTS_PER_CPU_FIGURE = 10_000;

  private final Measurements results = new Measurements("jtsh");

  @Override
  public String name() {
    return "proxy";
  }

  @Override
  public String purpose() {
    return "the local kube proxy beside nginx, haproxy, a Go reverse proxy and kubectl proxy";
  }

  @Override
  public Measurements run(Scale scale) throws IOException, InterruptedException {
    Certificates certificates = Certificates.make(scale.work().resolve("certificates"));
    LoadGenerator load = new LoadGenerator(scale);
    if (scale.wants(API_SERVER, PARTS)) {
      new ApiServer(scale, certificates).measure(load, results);
    }
    if (scale.wants(SMALL, PARTS)
        || !loads(scale).isEmpty()
        || scale.wants(BULK, PARTS)
        || scale.wants(IDLE, PARTS)) {
      againstNginx(scale, certificates, load);
    }
    return results;
  }

  private void againstNginx(Scale scale, Certificates certificates, LoadGenerator load)
      throws IOException, InterruptedException {
    Targets start = new Targets(scale, certificates);
    List<Target> running = new ArrayList<>();
    try {
      List<Target> upstream = start.upstream();
      running.addAll(upstream.reversed());
      running.addAll(proxies(start, scale));
      List<Target> targets = new ArrayList<>(running);
      targets.removeAll(upstream.subList(1, upstream.size()));
      memory("RSS MiB idle", targets);
      warmUp(load, targets, scale);
      for (int round = 1; round <= scale.rounds(); round++) {
        System.out.println("Round " + round + " of " + scale.rounds());
        for (Load kind : loads(scale)) {
          for (Target target : targets) {
            small(load, target, kind, scale.seconds());
          }
        }
        if (scale.wants(BULK, PARTS)) {
          bulk(load, targets, scale);
        }
      }
      memory("RSS MiB", targets);
      if (!scale.wants(IDLE, PARTS)) {
        return;
      }
      List<Target> fresh = proxies(start, scale);
      running.addAll(fresh);
      for (Target target : fresh) {
        load.forSeconds(target, LOADS.getFirst(), FIRST_SECONDS);
        idle(scale, target, false, IDLE_HTTP1);
        idle(scale, target, true, scale.rounds() > 2 ? IDLE_HTTP2 : IDLE_HTTP1);
      }
    } finally {
      running.reversed().forEach(Target::close);
    }
  }

  private static List<Target> proxies(Targets start, Scale scale)
      throws IOException, InterruptedException {
    List<Target> proxies = new ArrayList<>(List.of(start.jtsh()));
    for (String rival : RIVALS) {
      if (scale.wants(rival, RIVALS)) {
        proxies.add(
            switch (rival) {
              case "nginx" -> start.nginx();
              case "haproxy" -> start.haproxy();
              case "go" -> start.go();
              default -> start.kubectlProxy();
            });
      }
    }
    return proxies;
  }

  /** The kinds of load that are wanted; {@link #SMALL} stands for all of them. */
  private static List<Load> loads(Scale scale) {
    if (scale.wants(SMALL, PARTS)) {
      return LOADS;
    }
    return LOADS.stream().filter(load -> scale.only().contains(load.name())).toList();
  }

  private static boolean speaks(Target target, boolean http2) {
    return target.http2() || !http2;
  }

  private void warmUp(LoadGenerator load, List<Target> targets, Scale scale)
      throws IOException, InterruptedException {
    System.out.println("Warming up");
    for (Target target : targets) {
      // Only what compiles its code while it runs gains from more than a moment.
      int seconds = target.name().equals("jtsh") ? scale.warmUpSeconds() : 1;
      for (Load kind : loads(scale)) {
        if (speaks(target, kind.http2())) {
          load.forSeconds(target, kind, seconds);
        }
      }
      if (scale.wants(BULK, PARTS)) {
        load.bulk(target, false, seconds * 4);
        if (target.http2()) {
          load.bulk(target, true, seconds * 4);
        }
      }
    }
  }

  private void small(LoadGenerator load, Target target, Load kind, int seconds)
      throws IOException, InterruptedException {
    if (!speaks(target, kind.http2())) {
      return;
    }
    RunningProgram program = target.program();
    double before = program == null ? 0 : program.cpuSeconds();
    Outcome outcome = load.forSeconds(target, kind, seconds);
    double used = (program == null ? 0 : program.cpuSeconds()) - before;
    String name = target.name();
    results.add(kind.name() + " req/s", "requests/s", name, outcome.perSecond());
    results.add("p99 us " + kind.name(), "us", name, outcome.p99Micros());
    double perFigure = used / outcome.requests() * REQUESTS_PER_CPU_FIGURE;
    results.add("CPU s/10k " + kind.name(), "s", name, perFigure);
  }

  private void bulk(LoadGenerator load, List<Target> targets, Scale scale)
      throws IOException, InterruptedException {
    int count = scale.seconds() * 3;
    double megabytes = count * Targets.BULK_BYTES / 1e6;
    for (String protocol : List.of("h1", "h2")) {
      boolean http2 = protocol.equals("h2");
      for (Target target : targets) {
        if (speaks(target, http2)) {
          RunningProgram program = target.program();
          double before = program == null ? 0 : program.cpuSeconds();
          Outcome outcome = load.bulk(target, http2, count);
          double used = (program == null ? 0 : program.cpuSeconds()) - before;
          String name = target.name();
          results.add("bulk MB/s " + protocol, "MB/s", name, megabytes / outcome.seconds());
          results.add("CPU s/GB " + protocol, "s", name, used / megabytes * 1000);
        }
      }
    }
  }

  private void memory(String measure, List<Target> targets) {
    for (Target target : targets) {
      RunningProgram program = target.program();
      if (program != null && !target.name().equals("direct")) {
        results.add(measure, "MiB", target.name(), program.residentKib() / 1024);
      }
    }
  }

  /** How much more it takes while so many watches are open and nothing happens on them. */
  private void idle(Scale scale, Target target, boolean http2, int streams)
      throws IOException, InterruptedException {
    RunningProgram program = target.program();
    if (program == null || target.name().equals("direct") || !speaks(target, http2)) {
      return;
    }
    double before = program.residentKib();
    List<String> command = new ArrayList<>();
    command.add(scale.tools().resolve("benchtool").toString());
    command.addAll(List.of("watch", "-url", target.url(Targets.HOLD)));
    command.addAll(List.of("-streams", Integer.toString(streams)));
    command.addAll(List.of("-each", Integer.toString(http2 ? STREAMS_EACH : 1)));
    command.addAll(List.of("-cert", target.certificate().toString()));
    command.addAll(List.of("-key", target.key().toString(), "-ca", target.authority().toString()));
    if (http2) {
      command.add("-http2");
    }
    Process watchers = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      byte[] said = watchers.getInputStream().readNBytes("ready".length());
      if (!new String(said, StandardCharsets.US_ASCII).equals("ready")) {
        String rest = new String(watchers.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(target.name() + " does not hold them: " + rest.strip());
        return;
      }
      double more = (program.residentKib() - before) / streams;
      results.add("idle watches held " + (http2 ? "h2" : "h1"), "count", target.name(), streams);
      results.add("KiB per idle stream " + (http2 ? "h2" : "h1"), "KiB", target.name(), more);
    } finally {
      watchers.getOutputStream().close();
      watchers.waitFor();
    }
  }
}

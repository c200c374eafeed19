// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** A program that runs beside the benchmark, and what it and its children use. */
public final class RunningProgram implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int CONNECT_MILLIS = 200;
  private static final int START_SECONDS = 90;

  /** Clock ticks per second in {@code /proc/PID/stat}: fixed on Linux. */
  private static final double TICKS = 100;

  private final Process process;
  private final Path log;

  private RunningProgram(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a program with the limit of open files raised.
   *
   * @param log takes what it prints
   */
  public static RunningProgram start(
      Path log, Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", "ulimit -n $(ulimit -Hn); exec \"$@\"", "sh");
    builder.command().addAll(command);
    builder.environment().putAll(environment);
    return new RunningProgram(
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
  }

  /** A port that is free now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(LOOPBACK, 0));
      return socket.getLocalPort();
    }
  }

  /** The process. */
  public Process process() {
    return process;
  }

  /** Waits until something listens on the port. */
  public void awaitPort(int port) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(LOOPBACK, port), CONNECT_MILLIS);
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new IOException("did not start: " + Files.readString(log), notYet);
        }
        Thread.sleep(20);
      }
    }
  }

  /** Seconds of CPU used so far, children included. */
  public double cpuSeconds() {
    return pids().mapToObj(pid -> read(pid, "stat")).mapToDouble(RunningProgram::ticks).sum()
        / TICKS;
  }

  private static double ticks(String stat) {
    // The name, in parentheses, may hold anything; utime and stime are fields 14 and 15.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return fields.length < 13 ? 0 : Double.parseDouble(fields[11]) + Double.parseDouble(fields[12]);
  }

  /** Resident memory in KiB, children included; pages they share count once for each. */
  public double residentKib() {
    return pids()
        .mapToObj(pid -> read(pid, "status"))
        .flatMap(String::lines)
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  private LongStream pids() {
    return LongStream.concat(
        LongStream.of(process.pid()), process.descendants().mapToLong(ProcessHandle::pid));
  }

  private static String read(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), file));
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

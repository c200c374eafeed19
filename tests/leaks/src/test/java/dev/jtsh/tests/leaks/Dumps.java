// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Dumps of a process in the ways there are, each looked through and removed at once. */
final class Dumps {
  private static final Path CORE_PATTERN = Path.of("/proc/sys/kernel/core_pattern");
  private static final Duration CORE_LIMIT = Duration.ofSeconds(60);
  private static final long CORE_BYTES_MIN = 20_000_000;
  private static final long RESERVED_BYTES_MIN = 1 << 20;
  private static final int MADV_DONTDUMP = 16;

  private Dumps() {}

  /** Anonymous memory and what was changed of mapped files; pages of memfd and files without it. */
  private static final String CORE_FILTER = "0x37";

  /** gdb's core, made by root. Address space that was only reserved is left out: it is empty. */
  static Look gcore(RunIndex index, long pid, Path directory) throws IOException {
    Files.writeString(Path.of("/proc", Long.toString(pid), "coredump_filter"), CORE_FILTER);
    Path core = directory.resolve("gcore." + pid);
    List<String> commands = new ArrayList<>();
    for (ProcessMemory.Mapping mapping : new ProcessMemory(pid).mappings()) {
      if (mapping.access().startsWith("---") && mapping.bytes() >= RESERVED_BYTES_MIN) {
        commands.add(
            "call ((int (*)(long, long, int)) madvise)(0x%x, 0x%x, %d)"
                .formatted(mapping.from(), mapping.bytes(), MADV_DONTDUMP));
      }
    }
    commands.add("generate-core-file " + core);
    Debugger.calls(pid, commands);
    return read(index, core);
  }

  /** A heap dump by the JDK's own tool, as the user whose process it is. */
  static Look heap(RunIndex index, long pid, LeakWorld world, Path directory) throws IOException {
    Path dump = directory.resolve("heap.hprof");
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    List<String> command =
        world.asOrdinaryUser(
            List.of(jcmd.toString(), Long.toString(pid), "GC.heap_dump", "-all", dump.toString()));
    Programs.run(command.toArray(String[]::new));
    return read(index, dump);
  }

  /** Why the kernel would write no core into the directory of a crash; empty if it does. */
  static String noKernelCore() throws IOException {
    String pattern = Files.readString(CORE_PATTERN).strip();
    String limit = Programs.run("sh", "-c", "ulimit -H -c").strip();
    if (pattern.startsWith("|") || pattern.contains("/")) {
      return "the kernel gives cores away: core_pattern is " + pattern;
    }
    return limit.equals("0") ? "the hard limit of cores is 0 here" : "";
  }

  /** The core the kernel writes when the process aborts; the process is gone then. */
  static Look kernelCore(RunIndex index, long pid, Path workingDirectory) throws Exception {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    Programs.run("kill", "-ABRT", Long.toString(pid));
    process.onExit().get(CORE_LIMIT.toSeconds(), TimeUnit.SECONDS);
    try (Stream<Path> files = Files.list(workingDirectory)) {
      Path core =
          files
              .filter(file -> file.getFileName().toString().startsWith("core"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("the kernel wrote no core"));
      return read(index, core);
    }
  }

  /**
   * What stands in a swap file that is in use; the kernel's own copy of the file does not show it.
   */
  static Look swap(RunIndex index, Path file) throws IOException {
    Process reading =
        new ProcessBuilder("dd", "if=" + file, "iflag=direct", "bs=1M", "status=none").start();
    try (InputStream in = reading.getInputStream()) {
      return new Look(Files.size(file), LeakScanner.scan(index, file.toString(), in));
    } finally {
      reading.destroyForcibly();
    }
  }

  private static Look read(RunIndex index, Path dump) throws IOException {
    try {
      Look look = Places.file(index, dump);
      if (look.bytes() < CORE_BYTES_MIN && !dump.toString().endsWith("hprof")) {
        throw new AssertionError(dump + " has only " + look.bytes() + " bytes");
      }
      return look;
    } finally {
      Files.delete(dump);
    }
  }
}

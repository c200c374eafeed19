// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What strace saw of one program's own threads. A child it starts is the program's until it becomes
 * another program by execve; what that one does is its own affair.
 */
final class SystemCalls {
  private static final List<String> TRACED =
      List.of(
          "execve,execveat,clone,clone3,fork,vfork",
          "open,openat,openat2,creat,truncate,mkdir,mkdirat,mknod,mknodat",
          "rename,renameat,renameat2,link,linkat,symlink,symlinkat,bind",
          "socket,prctl,setrlimit,prlimit64,memfd_create,memfd_secret");
  private static final Pattern LINE = Pattern.compile("([0-9]+\\.[0-9]+) ([a-z0-9_]+)\\((.*)");
  private static final Pattern CHILD = Pattern.compile("= ([0-9]+)$");

  private final List<Call> calls;

  private SystemCalls(List<Call> calls) {
    this.calls = calls;
  }

  /**
   * One call.
   *
   * @param seconds when
   * @param name of the call
   * @param rest its arguments and what it returned, as strace writes them
   */
  record Call(double seconds, String name, String rest) {
    @Override
    public String toString() {
      return name + "(" + rest;
    }
  }

  /** A command under strace, which writes one file for each thread into {@code directory}. */
  static List<String> traced(Path directory, List<String> command) {
    List<String> words = new ArrayList<>(List.of("strace", "-ff", "--seccomp-bpf", "-qq"));
    words.addAll(List.of("-ttt", "-y", "-e", "signal=none"));
    words.addAll(List.of("-e", "trace=" + String.join(",", TRACED)));
    words.addAll(List.of("-o", directory.resolve("thread").toString(), "--"));
    words.addAll(command);
    return words;
  }

  /** Reads what a command under strace left, once it has ended. */
  static SystemCalls read(Path directory) throws IOException {
    Map<Long, List<Call>> threads = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        long thread = Long.parseLong(name.substring(name.indexOf('.') + 1));
        threads.put(thread, calls(file));
      }
    }
    long root =
        threads.entrySet().stream()
            .filter(thread -> !thread.getValue().isEmpty())
            .min(Comparator.comparingDouble(thread -> thread.getValue().getFirst().seconds()))
            .orElseThrow()
            .getKey();
    List<Call> own = new ArrayList<>();
    collect(threads, root, false, own);
    own.sort(Comparator.comparingDouble(Call::seconds));
    return new SystemCalls(own);
  }

  private static List<Call> calls(Path file) throws IOException {
    List<Call> calls = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        calls.add(
            new Call(Double.parseDouble(matcher.group(1)), matcher.group(2), matcher.group(3)));
      } else if (!line.contains("+++")) {
        throw new AssertionError("strace wrote what cannot be read: " + line);
      }
    }
    return calls;
  }

  private static void collect(
      Map<Long, List<Call>> threads, long thread, boolean child, List<Call> own) {
    for (Call call : threads.getOrDefault(thread, List.of())) {
      own.add(call);
      boolean became = call.name().startsWith("exec") && call.rest().endsWith(" = 0");
      if (became && child && !call.rest().contains("/jspawnhelper\"")) { // The JVM's own.
        return; // Another program from here.
      }
      Matcher started = CHILD.matcher(call.rest());
      boolean starts = Pattern.matches("clone|clone3|fork|vfork", call.name());
      if (starts && started.find()) {
        boolean sameProgram = call.rest().contains("CLONE_THREAD");
        collect(threads, Long.parseLong(started.group(1)), child || !sameProgram, own);
      }
    }
  }

  /** All, the earliest first. */
  Stream<Call> all() {
    return calls.stream();
  }

  /** Those of these names, the earliest first. */
  Stream<Call> named(String... names) {
    List<String> wanted = List.of(names);
    return calls.stream().filter(call -> wanted.contains(call.name()));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * A program of its own for tests that look at a process from outside. The first argument says what
 * to do; it reports line by line on standard output and then waits until standard input ends.
 */
final class Subject {
  private static final byte[] MESSAGE = "what is signed".getBytes(UTF_8);
  private static final int SIGNATURES = 1_000;
  private static final int F_GETFD = 1;
  private static final int FD_CLOEXEC = 1;
  private static final int CHAIN_BYTES = 3_000;
  private static final int KUBECONFIG_BYTES = 4_000;
  private static final int REGION_BYTES = 16 * 1024;
  private static final int PEM_BYTES_MAX = 8 * 1024;

  private Subject() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "generate" -> generate(NativeKey.Kind.valueOf(args[1]));
      case "import" -> importKey(Path.of(args[1]));
      case "plant" -> plant(Path.of(args[1]));
      case "harden" -> harden();
      case "temporary" -> temporary(Path.of(args[1]), args[2]);
      case "overrun" -> overrun(SecretArena.Kind.valueOf(args[1]), Long.parseLong(args[2]));
      case "end" -> end(args[1].equals("exit"));
      case "lock" -> lock();
      case "many" -> many(Integer.parseInt(args[1]));
      case "inherited" -> inherited();
      case "terminal" -> terminal();
      case "foreground" -> foreground();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** Makes a key, signs, and tells the key over a pipe, straight from secret memory. */
  private static void generate(NativeKey.Kind kind) throws IOException {
    NativeKey key = NativeKey.generate(kind);
    use(key);
    try (SecretBuffer pem = key.privateKeyPem()) {
      SecretFile.write(1, pem.segment());
    }
    say("arena " + SecretArena.process().kind() + " heap " + NativeKey.memoryKind());
    awaitEnd();
  }

  private static void importKey(Path file) throws IOException {
    NativeKey key;
    try (SecretBuffer pem = SecretFile.read(file, PEM_BYTES_MAX)) {
      key = NativeKey.fromPem(pem.segment());
    }
    use(key);
    key.privateKeyPem().close();
    say("ready");
    awaitEnd();
  }

  /** What no jtsh code may do: the key in the Java heap. The scanner has to find it. */
  private static void plant(Path file) throws IOException {
    byte[] pem = Files.readAllBytes(file);
    say("ready");
    awaitEnd();
    if (pem.length == 0) {
      throw new IllegalStateException("empty");
    }
  }

  /**
   * Signs on two threads that live on: an EC key without end, so that it is looked at in the middle
   * of signatures; an RSA key many times, and then the threads stay where they are, so that what
   * lies on their stacks stays too.
   */
  private static void use(NativeKey key) {
    CountDownLatch signed = new CountDownLatch(2);
    for (int thread = 0; thread < 2; thread++) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            sign(key);
            signed.countDown();
            while (!key.kind().isRsa()) {
              sign(key);
            }
            LockSupport.park();
          });
    }
    boolean interrupted = false;
    while (signed.getCount() > 0) {
      try {
        signed.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sign(NativeKey key) {
    NativeKey.Scheme[] schemes =
        key.kind().isRsa()
            ? new NativeKey.Scheme[] {
              NativeKey.Scheme.RSA_PSS_SHA256, NativeKey.Scheme.RSA_PKCS1_SHA256
            }
            : new NativeKey.Scheme[] {NativeKey.Scheme.ECDSA_SHA256};
    int signatures = key.kind().isRsa() ? SIGNATURES / 10 : SIGNATURES;
    for (int i = 0; i < signatures; i++) {
      key.sign(schemes[i % schemes.length], MESSAGE);
    }
  }

  private static void harden() throws IOException {
    ProcessHardening.apply();
    ProcessHardening.apply();
    say("dumpable " + ProcessHardening.dumpable());
    say("tracer " + ProcessHardening.tracerPid());
    say("core " + ProcessCalls.getrlimit(LibcBindings.RLIMIT_CORE()));
    int mask = FileCalls.umask(077);
    say("umask " + Integer.toOctalString(mask));
    say("arena " + SecretArena.process().kind());
    say("whole " + ProcessHardening.lockWholeProcess());
    try (Arena arena = Arena.ofConfined();
        MemoryFile file =
            MemoryFile.create(
                "kubeconfig", arena.allocateFrom(JAVA_BYTE, "content\n".getBytes(UTF_8)))) {
      ChildProcess child =
          ChildProcess.spawn(
              new SpawnRequest(
                  "/bin/sh",
                  List.of("sh", "-c", "cat /proc/self/fd/3; exec sleep 60"),
                  Environment.ofThisProcess(),
                  file.childDescriptors(),
                  true));
      say("child " + child.pid() + " descriptor " + file.fd());
      awaitEnd();
      child.signal(Signals.KILL);
      say("status " + child.waitFor().shellStatus());
    }
  }

  /** Writes one byte beside a region, which no correct code does. */
  private static void overrun(SecretArena.Kind kind, long offset) {
    SecretArena arena = SecretArena.create(REGION_BYTES, kind);
    long place = arena.allocate(REGION_BYTES).segment().address() + offset;
    say("writes to " + Long.toHexString(place));
    NativeLinker.view(MemorySegment.ofAddress(place), 1).set(JAVA_BYTE, 0, (byte) 1);
    say("written");
  }

  /** Ends by itself or by a signal; a hook keeps the process until its secrets are looked at. */
  private static void end(boolean byItself) throws IOException {
    SecretArena arena = SecretArena.create(REGION_BYTES, SecretArena.Kind.LOCKED);
    SecretBuffer secret = arena.allocate(MESSAGE.length);
    MemorySegment.copy(MESSAGE, 0, secret.segment(), JAVA_BYTE, 0, MESSAGE.length);
    NativeKey key = NativeKey.generate(NativeKey.Kind.EC_P256);
    ProcessSecrets.wipeAtEnd();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> tellWhenClosed(key)));
    say("secret at " + secret.segment().address());
    if (!byItself) {
      awaitEnd();
    }
  }

  private static void tellWhenClosed(NativeKey key) {
    try {
      while (true) {
        key.sign(NativeKey.Scheme.ECDSA_SHA256, MESSAGE);
      }
    } catch (IllegalStateException e) {
      say(String.valueOf(e.getMessage()));
    }
    LockSupport.park(); // Until the test has looked and kills us.
  }

  private static void lock() throws IOException {
    ProcessHardening.apply();
    MemoryLock lock = MemoryLock.apply(MlockMode.BEST_EFFORT);
    try (Arena arena = Arena.ofConfined();
        MemoryFile file = MemoryFile.create("kubeconfig", arena.allocate(12_000))) {
      Thread.ofPlatform().start(() -> say("a thread still starts"));
      say("result " + lock);
      say("kubeconfig " + file.locked());
      say("arena " + SecretArena.process().state());
      say("keys " + NativeKey.memoryState());
      awaitEnd();
    }
  }

  /** What a session with so many kube clusters holds, old and new ones at a renewal included. */
  private static void many(int clusters) throws IOException {
    MemoryLock lock = MemoryLock.apply(MlockMode.STRICT);
    for (int i = 0; i < clusters; i++) {
      SecretArena.process().allocate(CHAIN_BYTES);
      NativeKey.generate(NativeKey.Kind.EC_P256);
      NativeKey.generate(NativeKey.Kind.EC_P256);
    }
    try (SecretBuffer text = SecretArena.process().allocate(clusters * KUBECONFIG_BYTES);
        MemoryFile file = MemoryFile.create("kubeconfig", text.segment())) {
      say("result " + lock);
      say("kubeconfig " + file.locked());
      say("arena " + SecretArena.process().state().locked());
      say("keys " + NativeKey.memoryState().locked());
    }
  }

  /** Says whether a program started by whatever means would get our descriptors. */
  private static void inherited() {
    if (!Files.exists(Path.of("/proc/self/fd/9"))) {
      throw new IllegalStateException("the test opens descriptor 9 for us");
    }
    ProcessHardening.apply();
    say("inherited " + closeOnExec(9) + " modules " + closeOnExec(3));
    say("classes load " + java.time.ZoneId.of("Europe/Berlin")); // From the JVM's own file.
  }

  private static boolean closeOnExec(int fd) {
    return (FileCalls.fcntl(fd, F_GETFD, 0) & FD_CLOEXEC) != 0;
  }

  private static void temporary(Path root, String end) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      SessionFile file =
          SessionFile.create(
              "Mac OS X", root, arena.allocateFrom(JAVA_BYTE, "content".getBytes(UTF_8)));
      say(file.kubeconfigPath());
      switch (end) {
        case "close" -> file.close();
        case "fail" -> throw new IllegalStateException("the start failed");
        case "exit" -> ProcessExit.now(5);
        default -> awaitEnd();
      }
    }
  }

  /** A child makes the terminal raw and dies; the state comes back. */
  private static void terminal() {
    byte[] before = TerminalCalls.tcgetattr(0);
    TerminalState state = TerminalState.save(0);
    ChildProcess child =
        ChildProcess.spawn(
            new SpawnRequest(
                "/bin/stty",
                List.of("stty", "raw", "-echo"),
                Environment.ofThisProcess(),
                Map.of()));
    child.waitFor();
    boolean changed = !Arrays.equals(before, TerminalCalls.tcgetattr(0));
    state.restore();
    say("changed " + changed + " restored " + Arrays.equals(before, TerminalCalls.tcgetattr(0)));
  }

  /** A shell with job control is killed while its job has the terminal; it comes back to us. */
  private static void foreground() {
    TerminalState state = TerminalState.save(0);
    int before = TerminalCalls.tcgetpgrp(0);
    try (Signals.Ignored _ = Signals.ignoreForShell()) {
      ChildProcess shell =
          ChildProcess.spawn(
              new SpawnRequest(
                  "/bin/bash",
                  List.of("bash", "-c", "set -m; sleep 60; true"),
                  Environment.ofThisProcess(),
                  Map.of()));
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (TerminalCalls.tcgetpgrp(0) == before && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      int job = TerminalCalls.tcgetpgrp(0);
      shell.signal(Signals.KILL);
      int status = shell.waitFor().shellStatus();
      state.restore();
      boolean back = TerminalCalls.tcgetpgrp(0) == before;
      if (job != before) {
        ProcessCalls.kill(-job, Signals.KILL);
      }
      say("taken " + (job != before) + " status " + status + " back " + back);
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private static void awaitEnd() throws IOException {
    while (System.in.read() >= 0) {
      // Until the test closes our standard input.
    }
  }
}

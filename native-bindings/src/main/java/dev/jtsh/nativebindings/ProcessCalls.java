// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.call;
import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.NativeLinker.linkVariadic;
import static dev.jtsh.nativebindings.generated.LibcBindings.C_LONG;
import static dev.jtsh.nativebindings.generated.LibcBindings.EINTR;
import static dev.jtsh.nativebindings.generated.LibcBindings.P_PID;
import static dev.jtsh.nativebindings.generated.LibcBindings.WEXITED;
import static dev.jtsh.nativebindings.generated.LibcBindings.WNOWAIT;
import static dev.jtsh.nativebindings.generated.LibcBindings._exit$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.geteuid$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.getpid$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.getrlimit$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.getuid$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.kill$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.poll$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.setrlimit$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.signal$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.waitid$descriptor;
import static dev.jtsh.nativebindings.generated.LibcBindings.waitpid$descriptor;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.jtsh.nativebindings.generated.LibcBindings;
import dev.jtsh.nativebindings.generated.pollfd;
import dev.jtsh.nativebindings.generated.rlimit;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The process calls of the C library. Each returns a valid result or throws ErrnoException. */
final class ProcessCalls {
  // int prctl(int option, ...): with one unsigned long.
  private static final MethodHandle PRCTL =
      linkVariadic("prctl", LibcBindings.prctl.makeInvoker(C_LONG).descriptor(), 1);
  // int getrlimit(int resource, struct rlimit *limit)
  private static final MethodHandle GETRLIMIT = link("getrlimit", getrlimit$descriptor());
  // int setrlimit(int resource, const struct rlimit *limit)
  private static final MethodHandle SETRLIMIT = link("setrlimit", setrlimit$descriptor());
  // uid_t getuid(void)
  private static final MethodHandle GETUID = link("getuid", getuid$descriptor());
  // uid_t geteuid(void)
  private static final MethodHandle GETEUID = link("geteuid", geteuid$descriptor());
  // pid_t getpid(void)
  private static final MethodHandle GETPID = link("getpid", getpid$descriptor());
  // int kill(pid_t pid, int signal)
  private static final MethodHandle KILL = link("kill", kill$descriptor());
  // int waitid(idtype_t type, id_t id, siginfo_t *info, int options): info may be NULL on Linux.
  private static final MethodHandle WAITID = link("waitid", waitid$descriptor());
  // pid_t waitpid(pid_t pid, int *status, int options)
  private static final MethodHandle WAITPID = link("waitpid", waitpid$descriptor());
  // int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
  private static final MethodHandle POLL = link("poll", poll$descriptor());
  // sighandler_t signal(int signal, sighandler_t handler)
  private static final MethodHandle SIGNAL = link("signal", signal$descriptor());
  // void _exit(int status)
  private static final MethodHandle EXIT = link("_exit", _exit$descriptor());

  private ProcessCalls() {}

  /** A resource limit; {@code RLIM_INFINITY} (−1) means none. */
  record Limit(long soft, long hard) {}

  static int prctl(int option, long argument) {
    return (int)
        call("prctl " + option, (arena, st) -> (int) PRCTL.invokeExact(st, option, argument));
  }

  static Limit getrlimit(int resource) {
    long[] limits = new long[2];
    call(
        "getrlimit " + resource,
        (arena, st) -> {
          MemorySegment struct = rlimit.allocate(arena);
          int result = (int) GETRLIMIT.invokeExact(st, resource, struct);
          limits[0] = rlimit.rlim_cur(struct);
          limits[1] = rlimit.rlim_max(struct);
          return result;
        });
    return new Limit(limits[0], limits[1]);
  }

  static void setrlimit(int resource, Limit limit) {
    call(
        "setrlimit " + resource,
        (arena, st) -> {
          MemorySegment struct = rlimit.allocate(arena);
          rlimit.rlim_cur(struct, limit.soft());
          rlimit.rlim_max(struct, limit.hard());
          return (int) SETRLIMIT.invokeExact(st, resource, struct);
        });
  }

  static int getuid() {
    return (int) call("getuid", (arena, st) -> (int) GETUID.invokeExact(st) & 0xFFFF_FFFFL);
  }

  static int geteuid() {
    return (int) call("geteuid", (arena, st) -> (int) GETEUID.invokeExact(st) & 0xFFFF_FFFFL);
  }

  static int getpid() {
    return (int) call("getpid", (arena, st) -> (int) GETPID.invokeExact(st));
  }

  static void kill(int pid, int signal) {
    call(
        "kill of process " + pid + " with signal " + signal,
        (arena, st) -> (int) KILL.invokeExact(st, pid, signal));
  }

  /** Blocks until the child has ended and leaves it as a zombie, so that its pid stays taken. */
  static void awaitExitWithoutReaping(int pid) {
    int type = P_PID();
    int options = WEXITED() | WNOWAIT();
    while (true) {
      try {
        call(
            "waitid of process " + pid,
            (arena, st) -> (int) WAITID.invokeExact(st, type, pid, MemorySegment.NULL, options));
        return;
      } catch (ErrnoException e) {
        if (e.errno() != EINTR()) {
          throw e;
        }
      }
    }
  }

  /** Reaps an ended child and returns its status word of wait(2). */
  static int reap(int pid) {
    int[] status = new int[1];
    while (true) {
      try {
        call(
            "waitpid of process " + pid,
            (arena, st) -> {
              MemorySegment word = arena.allocate(JAVA_INT);
              int result = (int) WAITPID.invokeExact(st, pid, word, 0);
              status[0] = word.get(JAVA_INT, 0);
              return result;
            });
        return status[0];
      } catch (ErrnoException e) {
        if (e.errno() != EINTR()) {
          throw e;
        }
      }
    }
  }

  /** Whether the descriptor has become readable within the time; a signal may end it early. */
  static boolean pollReadable(int fd, int timeoutMillis) {
    short readable = (short) LibcBindings.POLLIN();
    try {
      return call(
              "poll of descriptor " + fd,
              (arena, st) -> {
                MemorySegment struct = pollfd.allocate(arena);
                pollfd.fd(struct, fd);
                pollfd.events(struct, readable);
                return (int) POLL.invokeExact(st, struct, 1L, timeoutMillis);
              })
          > 0;
    } catch (ErrnoException e) {
      if (e.errno() == EINTR()) {
        return false;
      }
      throw e;
    }
  }

  /** Sets what a signal does to this process and returns the earlier handler's address. */
  static MemorySegment signal(int signal, MemorySegment handler) {
    return MemorySegment.ofAddress(
        call(
            "signal " + signal,
            (arena, st) -> ((MemorySegment) SIGNAL.invokeExact(st, signal, handler)).address()));
  }

  static void exit(int status) {
    call(
        "_exit",
        (arena, st) -> {
          EXIT.invokeExact(st, status);
          return 0;
        });
  }
}

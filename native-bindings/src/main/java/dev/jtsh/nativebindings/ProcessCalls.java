// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.call;
import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.NativeLinker.linkPlain;
import static dev.jtsh.nativebindings.NativeLinker.linkVariadic;
import static dev.jtsh.nativebindings.generated.LibcBindings.C_LONG;
import static dev.jtsh.nativebindings.generated.LibcBindings.EINTR;
import static dev.jtsh.nativebindings.generated.LibcBindings.P_PID;
import static dev.jtsh.nativebindings.generated.LibcBindings.WEXITED;
import static dev.jtsh.nativebindings.generated.LibcBindings.WNOWAIT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.jtsh.nativebindings.generated.LibcBindings;
import dev.jtsh.nativebindings.generated.pollfd;
import dev.jtsh.nativebindings.generated.rlimit;
import java.lang.foreign.MemorySegment;

/** The process calls of the C library. Each returns a valid result or throws ErrnoException. */
final class ProcessCalls {
  // int prctl(int option, ...): with one unsigned long.
  private static final NativeFunction PRCTL =
      linkVariadic("prctl", () -> LibcBindings.prctl.descriptorOf(C_LONG), 1);
  // int getrlimit(int resource, struct rlimit *limit)
  private static final NativeFunction GETRLIMIT =
      link("getrlimit", LibcBindings::getrlimit$descriptor);
  // int setrlimit(int resource, const struct rlimit *limit)
  private static final NativeFunction SETRLIMIT =
      link("setrlimit", LibcBindings::setrlimit$descriptor);
  // uid_t getuid(void)
  private static final NativeFunction GETUID = linkPlain(LibcBindings::getuid$handle);
  // uid_t geteuid(void)
  private static final NativeFunction GETEUID = linkPlain(LibcBindings::geteuid$handle);
  // pid_t getpid(void)
  private static final NativeFunction GETPID = linkPlain(LibcBindings::getpid$handle);
  // int kill(pid_t pid, int signal)
  private static final NativeFunction KILL = link("kill", LibcBindings::kill$descriptor);
  // int waitid(idtype_t type, id_t id, siginfo_t *info, int options): info may be NULL on Linux.
  private static final NativeFunction WAITID = link("waitid", LibcBindings::waitid$descriptor);
  // pid_t waitpid(pid_t pid, int *status, int options)
  private static final NativeFunction WAITPID = link("waitpid", LibcBindings::waitpid$descriptor);
  // int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
  private static final NativeFunction POLL = link("poll", LibcBindings::poll$descriptor);
  // sighandler_t signal(int signal, sighandler_t handler)
  private static final NativeFunction SIGNAL = link("signal", LibcBindings::signal$descriptor);
  // void _exit(int status)
  private static final NativeFunction EXIT = linkPlain(LibcBindings::_exit$handle);

  private ProcessCalls() {}

  /** A resource limit; {@code RLIM_INFINITY} (−1) means none. */
  record Limit(long soft, long hard) {}

  static int prctl(int option, long argument) {
    return (int)
        call(
            "prctl " + option,
            (arena, st) -> (int) PRCTL.handle().invokeExact(st, option, argument));
  }

  static Limit getrlimit(int resource) {
    long[] limits = new long[2];
    call(
        "getrlimit " + resource,
        (arena, st) -> {
          MemorySegment struct = rlimit.allocate(arena);
          int result = (int) GETRLIMIT.handle().invokeExact(st, resource, struct);
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
          return (int) SETRLIMIT.handle().invokeExact(st, resource, struct);
        });
  }

  static int getuid() {
    return (int) call("getuid", (arena, st) -> (int) GETUID.handle().invokeExact() & 0xFFFF_FFFFL);
  }

  static int geteuid() {
    return (int)
        call("geteuid", (arena, st) -> (int) GETEUID.handle().invokeExact() & 0xFFFF_FFFFL);
  }

  static int getpid() {
    return (int) call("getpid", (arena, st) -> (int) GETPID.handle().invokeExact());
  }

  static void kill(int pid, int signal) {
    call(
        "kill of process " + pid + " with signal " + signal,
        (arena, st) -> (int) KILL.handle().invokeExact(st, pid, signal));
  }

  /** Blocks until the child has ended and leaves it as a zombie, so that its pid stays taken. */
  static void awaitExitWithoutReaping(int pid) {
    int type = P_PID();
    int options = WEXITED() | WNOWAIT();
    while (true) {
      try {
        call(
            "waitid of process " + pid,
            (arena, st) ->
                (int) WAITID.handle().invokeExact(st, type, pid, MemorySegment.NULL, options));
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
              int result = (int) WAITPID.handle().invokeExact(st, pid, word, 0);
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
                return (int) POLL.handle().invokeExact(st, struct, 1L, timeoutMillis);
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
            (arena, st) ->
                ((MemorySegment) SIGNAL.handle().invokeExact(st, signal, handler)).address()));
  }

  static void exit(int status) {
    call(
        "_exit",
        (arena, st) -> {
          EXIT.handle().invokeExact(status);
          return 0;
        });
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.NativeLinker.link;
import static dev.jtsh.nativebindings.generated.LibcBindings.POSIX_SPAWN_SETSIGDEF;
import static dev.jtsh.nativebindings.generated.LibcBindings.POSIX_SPAWN_SETSIGMASK;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.jtsh.nativebindings.generated.LibcBindings;
import dev.jtsh.nativebindings.generated.posix_spawn_file_actions_t;
import dev.jtsh.nativebindings.generated.posix_spawnattr_t;
import dev.jtsh.nativebindings.generated.sigset_t;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** posix_spawn and its attributes. These functions return the error number instead of −1. */
final class SpawnCalls {
  private static final String CLOSE_FROM = "posix_spawn_file_actions_addclosefrom_np";

  // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *,
  //     const posix_spawnattr_t *, char *const argv[], char *const envp[])
  private static final NativeFunction SPAWN =
      link("posix_spawn", LibcBindings::posix_spawn$descriptor);
  // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
  private static final NativeFunction ACTIONS_INIT =
      link("posix_spawn_file_actions_init", LibcBindings::posix_spawn_file_actions_init$descriptor);
  // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
  private static final NativeFunction ACTIONS_DESTROY =
      link(
          "posix_spawn_file_actions_destroy",
          LibcBindings::posix_spawn_file_actions_destroy$descriptor);
  // int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *, int fd, int newfd)
  private static final NativeFunction ADD_DUP2 =
      link(
          "posix_spawn_file_actions_adddup2",
          LibcBindings::posix_spawn_file_actions_adddup2$descriptor);
  // int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *, int fd)
  private static final NativeFunction ADD_CLOSE =
      link(
          "posix_spawn_file_actions_addclose",
          LibcBindings::posix_spawn_file_actions_addclose$descriptor);
  // int posix_spawnattr_init(posix_spawnattr_t *attributes)
  private static final NativeFunction ATTR_INIT =
      link("posix_spawnattr_init", LibcBindings::posix_spawnattr_init$descriptor);
  // int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
  private static final NativeFunction ATTR_DESTROY =
      link("posix_spawnattr_destroy", LibcBindings::posix_spawnattr_destroy$descriptor);
  // int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
  private static final NativeFunction SET_FLAGS =
      link("posix_spawnattr_setflags", LibcBindings::posix_spawnattr_setflags$descriptor);
  // int posix_spawnattr_setsigdefault(posix_spawnattr_t *attributes, const sigset_t *signals)
  private static final NativeFunction SET_DEFAULTS =
      link("posix_spawnattr_setsigdefault", LibcBindings::posix_spawnattr_setsigdefault$descriptor);
  // int posix_spawnattr_setsigmask(posix_spawnattr_t *attributes, const sigset_t *mask)
  private static final NativeFunction SET_MASK =
      link("posix_spawnattr_setsigmask", LibcBindings::posix_spawnattr_setsigmask$descriptor);
  // int sigfillset(sigset_t *set)
  private static final NativeFunction FILL =
      link("sigfillset", LibcBindings::sigfillset$descriptor);
  // int sigemptyset(sigset_t *set)
  private static final NativeFunction EMPTY =
      link("sigemptyset", LibcBindings::sigemptyset$descriptor);

  private SpawnCalls() {}

  /** Starts the program and returns its pid. */
  static int spawn(SpawnRequest request) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = posix_spawn_file_actions_t.allocate(arena);
      call(
          "posix_spawn_file_actions_init",
          st -> (int) ACTIONS_INIT.handle().invokeExact(st, actions));
      MemorySegment attributes = posix_spawnattr_t.allocate(arena);
      call("posix_spawnattr_init", st -> (int) ATTR_INIT.handle().invokeExact(st, attributes));
      try {
        placeDescriptors(actions, request.descriptors());
        defaultSignals(arena, attributes);
        MemorySegment file = arena.allocateFrom(request.file());
        List<MemorySegment> arguments = new ArrayList<>();
        for (String argument : request.argv()) {
          arguments.add(arena.allocateFrom(argument));
        }
        MemorySegment argv = pointers(arena, arguments);
        MemorySegment envp = pointers(arena, request.environment().entries(arena));
        MemorySegment pid = arena.allocate(JAVA_INT);
        call(
            "posix_spawn " + request.file(),
            st -> (int) SPAWN.handle().invokeExact(st, pid, file, actions, attributes, argv, envp));
        return pid.get(JAVA_INT, 0);
      } finally {
        call(
            "posix_spawnattr_destroy",
            st -> (int) ATTR_DESTROY.handle().invokeExact(st, attributes));
        call(
            "posix_spawn_file_actions_destroy",
            st -> (int) ACTIONS_DESTROY.handle().invokeExact(st, actions));
      }
    }
  }

  /**
   * In the child: first every source to a number above all others, so that no target overwrites a
   * source still needed, then to its place, then everything else from 3 up is closed.
   */
  private static void placeDescriptors(MemorySegment actions, Map<Integer, Integer> wanted) {
    TreeMap<Integer, Integer> descriptors = new TreeMap<>(wanted);
    int free = 3;
    for (Map.Entry<Integer, Integer> pair : descriptors.entrySet()) {
      free = Math.max(free, Math.max(pair.getKey(), pair.getValue()) + 1);
    }
    int parked = free;
    for (int own : descriptors.values()) {
      dup2(actions, own, parked++);
    }
    parked = free;
    for (int child : descriptors.keySet()) {
      dup2(actions, parked++, child);
    }
    int last = descriptors.isEmpty() ? 2 : Math.max(2, descriptors.lastKey());
    for (int fd = 3; fd <= last; fd++) {
      if (!descriptors.containsKey(fd)) {
        close(actions, fd);
      }
    }
    closeFrom(actions, last + 1, free + descriptors.size());
  }

  private static void closeFrom(MemorySegment actions, int first, int parkedEnd) {
    if (NativeLinker.hasSymbol(CLOSE_FROM)) {
      CloseFrom.add(actions, first);
      return;
    }
    // glibc before 2.34: what is open now, and the parking places above.
    int highest = parkedEnd;
    Path open = Path.of(NativeLinker.LINUX ? "/proc/self/fd" : "/dev/fd");
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(open)) {
      for (Path descriptor : descriptors) {
        highest = Math.max(highest, Integer.parseInt(descriptor.getFileName().toString()) + 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("list " + open, e);
    }
    for (int fd = first; fd < highest; fd++) {
      close(actions, fd);
    }
  }

  private static void defaultSignals(Arena arena, MemorySegment attributes) {
    MemorySegment all = arena.allocate(sigset_t.layout());
    MemorySegment none = arena.allocate(sigset_t.layout());
    call("sigfillset", st -> (int) FILL.handle().invokeExact(st, all));
    call("sigemptyset", st -> (int) EMPTY.handle().invokeExact(st, none));
    short flags = (short) (POSIX_SPAWN_SETSIGDEF() | POSIX_SPAWN_SETSIGMASK());
    call(
        "posix_spawnattr_setflags",
        st -> (int) SET_FLAGS.handle().invokeExact(st, attributes, flags));
    call(
        "posix_spawnattr_setsigdefault",
        st -> (int) SET_DEFAULTS.handle().invokeExact(st, attributes, all));
    call(
        "posix_spawnattr_setsigmask",
        st -> (int) SET_MASK.handle().invokeExact(st, attributes, none));
  }

  private static void dup2(MemorySegment actions, int from, int to) {
    call(
        "posix_spawn_file_actions_adddup2",
        st -> (int) ADD_DUP2.handle().invokeExact(st, actions, from, to));
  }

  private static void close(MemorySegment actions, int fd) {
    call(
        "posix_spawn_file_actions_addclose",
        st -> (int) ADD_CLOSE.handle().invokeExact(st, actions, fd));
  }

  private static MemorySegment pointers(Arena arena, List<MemorySegment> strings) {
    MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ADDRESS, i, strings.get(i));
    }
    return array;
  }

  /** The result is the error number itself. */
  private static void call(String what, SpawnCall spawnCall) {
    int error = (int) NativeLinker.call(what, (arena, st) -> spawnCall.invoke(st));
    if (error != 0) {
      throw new ErrnoException(what, error);
    }
  }

  private interface SpawnCall {
    int invoke(MemorySegment state) throws Throwable;
  }

  /** Linked only where the C library has it. */
  private static final class CloseFrom {
    // int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int from)
    private static final NativeFunction ADD_CLOSE_FROM =
        link(CLOSE_FROM, LibcBindings::posix_spawn_file_actions_addclosefrom_np$descriptor);

    static void add(MemorySegment actions, int first) {
      call(CLOSE_FROM, st -> (int) ADD_CLOSE_FROM.handle().invokeExact(st, actions, first));
    }
  }
}

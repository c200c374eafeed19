// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.ERANGE;
import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.jtsh.nativebindings.generated.LibcBindings;
import dev.jtsh.nativebindings.generated.passwd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The user database's line of a user, from whatever source the system uses.
 *
 * @param name login name
 * @param home home directory
 * @param shell login shell; may be empty
 */
public record PasswdEntry(String name, String home, String shell) {
  // int getpwuid_r(uid_t, struct passwd *, char *buffer, size_t length, struct passwd **result)
  private static final NativeFunction GETPWUID_R =
      NativeLinker.link("getpwuid_r", LibcBindings::getpwuid_r$descriptor);

  private static final long BUFFER_BYTES_FIRST = 4096;
  private static final long BUFFER_BYTES_MAX = 1 << 20;

  /** The real user of this process; empty if the database does not know them. */
  public static Optional<PasswdEntry> ofCurrentUser() {
    int uid = ProcessCalls.getuid();
    for (long bytes = BUFFER_BYTES_FIRST; bytes <= BUFFER_BYTES_MAX; bytes *= 4) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment entry = passwd.allocate(arena);
        MemorySegment buffer = arena.allocate(bytes);
        MemorySegment found = arena.allocateFrom(ADDRESS, MemorySegment.NULL);
        long length = bytes;
        // The error number is the result itself; none of them is -1.
        int error =
            (int)
                NativeLinker.call(
                    "getpwuid_r of user " + uid,
                    (a, st) ->
                        (int)
                            GETPWUID_R.handle().invokeExact(st, uid, entry, buffer, length, found));
        if (error == ERANGE()) {
          continue;
        }
        if (error != 0 || found.get(ADDRESS, 0).address() == 0) {
          return Optional.empty();
        }
        return Optional.of(
            new PasswdEntry(
                text(passwd.pw_name(entry), bytes),
                text(passwd.pw_dir(entry), bytes),
                text(passwd.pw_shell(entry), bytes)));
      }
    }
    return Optional.empty();
  }

  /** The current user's login shell; empty if there is none. */
  public static Optional<String> shellOfCurrentUser() {
    return ofCurrentUser().map(PasswdEntry::shell).filter(shell -> !shell.isEmpty());
  }

  private static String text(MemorySegment pointer, long longest) {
    return pointer.address() == 0 ? "" : NativeLinker.view(pointer, longest).getString(0);
  }
}

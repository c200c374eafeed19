// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jtsh.nativebindings.generated.LibcBindings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Environment variables for a child, kept as bytes: what the user had passes through unchanged even
 * where Java could not decode it. Immutable.
 */
public final class Environment {
  /** Each string holds bytes, one per character. */
  private final Map<String, String> variables;

  private Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  /** No variable at all. */
  public static Environment empty() {
    return new Environment(Map.of());
  }

  /** These variables, as UTF-8. */
  public static Environment of(Map<String, String> variables) {
    Environment result = empty();
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      result = result.with(variable.getKey(), variable.getValue());
    }
    return result;
  }

  /** What this process was started with, byte for byte. */
  public static Environment ofThisProcess() {
    if (!NativeLinker.LINUX) {
      return of(System.getenv());
    }
    // Not from /proc/self/environ: it is closed to a process that is not dumpable.
    StringBuilder block = new StringBuilder();
    MemorySegment array = NativeLinker.view(LibcBindings.environ(), Long.MAX_VALUE);
    for (long i = 0; array.getAtIndex(ADDRESS, i).address() != 0; i++) {
      MemorySegment entry = NativeLinker.view(array.getAtIndex(ADDRESS, i), Long.MAX_VALUE);
      block.append(entry.getString(0, ISO_8859_1)).append('\0');
    }
    return parse(block.toString().getBytes(ISO_8859_1));
  }

  /** Entries {@code NAME=value}, each ended by a zero byte. */
  static Environment parse(byte[] block) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String entry : new String(block, ISO_8859_1).split("\0", -1)) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        variables.putIfAbsent(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    return new Environment(variables);
  }

  /** A copy with one variable set. */
  public Environment with(String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0 || (name + value).indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not an environment variable: " + name);
    }
    Map<String, String> copy = new LinkedHashMap<>(variables);
    copy.put(bytes(name), bytes(value));
    return new Environment(copy);
  }

  /** A copy without some variables. */
  public Environment without(String... names) {
    Map<String, String> copy = new LinkedHashMap<>(variables);
    for (String name : names) {
      copy.remove(bytes(name));
    }
    return new Environment(copy);
  }

  /** A copy in which {@code prefix + NAME} stands as {@code NAME}, its value byte for byte. */
  public Environment withoutPrefix(String prefix) {
    String start = bytes(prefix);
    Map<String, String> copy = new LinkedHashMap<>(variables);
    variables.forEach((name, value) -> {
      if (name.startsWith(start) && name.length() > start.length()) {
        copy.remove(name);
        copy.put(name.substring(start.length()), value);
      }
    });
    return new Environment(copy);
  }

  /** Entries as C strings for {@code envp}. */
  List<MemorySegment> entries(Arena arena) {
    List<MemorySegment> entries = new ArrayList<>(variables.size());
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      byte[] entry = (variable.getKey() + "=" + variable.getValue() + "\0").getBytes(ISO_8859_1);
      entries.add(arena.allocateFrom(ValueLayout.JAVA_BYTE, entry));
    }
    return entries;
  }

  private static String bytes(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }
}

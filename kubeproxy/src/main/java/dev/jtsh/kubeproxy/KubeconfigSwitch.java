// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A kubeconfig that {@link KubeconfigWriter} wrote, with another current context or namespace. It
 * knows that form only, line by line, and copies every other byte as it is: nothing is parsed that
 * could mean something else (security rule 14), and the key passes from the arena to the arena.
 */
public final class KubeconfigSwitch {
  private static final String CURRENT = "current-context: ";
  private static final String NAME = "- name: ";
  private static final String SERVER = "    server: ";
  private static final String NAMESPACE = "    namespace: ";
  private static final String USER = "    user: ";
  private static final int LINE_BYTES_MAX = 16 * 1024;

  private final MemorySegment original;
  private final List<Line> lines = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();
  private String current = "";

  /**
   * One context.
   *
   * @param name what is typed after {@code --context}
   * @param kubeCluster where it leads
   * @param namespace its own; empty for the default
   */
  public record Entry(String name, String kubeCluster, Optional<String> namespace) {}

  /** Where a line is, without its end; the text only of lines that hold no key. */
  private record Line(long start, long end, String section, String text) {}

  /**
   * Reads one.
   *
   * @param kubeconfig must stay open as long as this is used
   * @throws IllegalArgumentException if it has another form
   */
  public KubeconfigSwitch(MemorySegment kubeconfig) {
    this.original = kubeconfig;
    split();
    List<String> servers = new ArrayList<>();
    String name = "";
    Optional<String> namespace = Optional.empty();
    int contexts = 0;
    for (Line line : lines) {
      if (line.text.startsWith(CURRENT)) {
        current = unquoted(line.text.substring(CURRENT.length()));
      } else if (line.section.equals("clusters") && line.text.startsWith(SERVER)) {
        servers.add(kubeCluster(unquoted(line.text.substring(SERVER.length()))));
      } else if (line.section.equals("contexts") && line.text.startsWith(NAME)) {
        if (contexts++ > 0) {
          entries.add(entry(name, servers, contexts - 2, namespace));
        }
        name = unquoted(line.text.substring(NAME.length()));
        namespace = Optional.empty();
      } else if (line.section.equals("contexts") && line.text.startsWith(NAMESPACE)) {
        namespace = Optional.of(unquoted(line.text.substring(NAMESPACE.length())));
      }
    }
    if (contexts == 0 || contexts != servers.size()) {
      throw new IllegalArgumentException("not a kubeconfig of jtsh");
    }
    entries.add(entry(name, servers, contexts - 1, namespace));
    if (entries.stream().noneMatch(entry -> entry.name.equals(current))) {
      throw new IllegalArgumentException("a kubeconfig without a current context");
    }
  }

  private static Entry entry(
      String name, List<String> servers, int index, Optional<String> namespace) {
    if (index >= servers.size()) {
      throw new IllegalArgumentException("not a kubeconfig of jtsh");
    }
    return new Entry(name, servers.get(index), namespace);
  }

  private void split() {
    String section = "";
    long start = 0;
    for (long at = 0; at < original.byteSize(); at++) {
      if (original.get(ValueLayout.JAVA_BYTE, at) != '\n') {
        continue;
      }
      // The lines of users hold the key: they are never looked at.
      String text = section.equals("users") ? "" : text(start, at);
      if (text.endsWith(":") && !text.startsWith(" ")) {
        section = text.substring(0, text.length() - 1);
      }
      lines.add(new Line(start, at, section, text));
      start = at + 1;
    }
    if (start != original.byteSize()) {
      throw new IllegalArgumentException("the last line does not end");
    }
  }

  private String text(long start, long end) {
    if (end - start > LINE_BYTES_MAX) {
      throw new IllegalArgumentException("a line is too long");
    }
    byte[] bytes = original.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /** All contexts, in their order. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The current one. */
  public Entry current() {
    return entries.stream().filter(entry -> entry.name.equals(current)).findFirst().orElseThrow();
  }

  /** The context a person means: by its name, or by its kube cluster where only one leads there. */
  public Optional<Entry> named(String text) {
    Optional<Entry> exact = entries.stream().filter(e -> e.name.equals(text)).findFirst();
    if (exact.isPresent()) {
      return exact;
    }
    List<Entry> there = entries.stream().filter(e -> e.kubeCluster.equals(text)).toList();
    return there.size() == 1 ? Optional.of(there.getFirst()) : Optional.empty();
  }

  /**
   * Writes it with another current context.
   *
   * @param context one of the entries
   * @param namespace that context's from now on; empty leaves it as it is
   * @return the caller closes it
   */
  public SecretBuffer to(Entry context, Optional<String> namespace) {
    if (!entries.contains(context)) {
      throw new IllegalArgumentException("no context of this kubeconfig");
    }
    List<MemorySegment> pieces = new ArrayList<>();
    boolean inContext = false;
    for (Line line : lines) {
      if (line.section.equals("contexts") && line.text.startsWith(NAME)) {
        inContext = unquoted(line.text.substring(NAME.length())).equals(context.name);
      }
      boolean ofContext = inContext && line.section.equals("contexts") && namespace.isPresent();
      if (line.text.startsWith(CURRENT)) {
        pieces.add(ascii(CURRENT + KubeconfigWriter.quote(context.name) + "\n"));
      } else if (!ofContext || !line.text.startsWith(NAMESPACE)) {
        pieces.add(original.asSlice(line.start, line.end + 1 - line.start));
      }
      if (ofContext && line.text.startsWith(USER)) {
        pieces.add(ascii(NAMESPACE + KubeconfigWriter.quote(namespace.get()) + "\n"));
      }
    }
    long total = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
    SecretBuffer result = SecretArena.process().allocate(Math.toIntExact(total));
    long at = 0;
    for (MemorySegment piece : pieces) {
      MemorySegment.copy(piece, 0, result.segment(), at, piece.byteSize());
      at += piece.byteSize();
    }
    return result;
  }

  private static MemorySegment ascii(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String kubeCluster(String server) {
    int at = server.indexOf(KubeconfigWriter.PATH_PREFIX);
    if (at < 0) {
      throw new IllegalArgumentException("not a kubeconfig of jtsh");
    }
    return server.substring(at + KubeconfigWriter.PATH_PREFIX.length());
  }

  /** The opposite of {@link KubeconfigWriter#quote}. */
  private static String unquoted(String scalar) {
    int last = scalar.length() - 1;
    if (last < 1 || scalar.charAt(0) != '"' || scalar.charAt(last) != '"') {
      throw new IllegalArgumentException("a value without quotes");
    }
    StringBuilder out = new StringBuilder();
    for (int i = 1; i < last; i++) {
      char c = scalar.charAt(i);
      if (c != '\\') {
        out.append(c);
      } else if (scalar.startsWith("\\u", i) && i + 5 < last) {
        out.append((char) Integer.parseInt(scalar, i + 2, i + 6, 16));
        i += 5;
      } else {
        out.append(scalar.charAt(++i));
      }
    }
    return out.toString();
  }
}

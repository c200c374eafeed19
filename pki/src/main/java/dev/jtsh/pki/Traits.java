// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A user's traits: lists of words by name, as they stand in a subject's postal code and in SSH
 * certificates. Absent, {@code null} and empty lists are the same; so is a list of one empty word
 * for {@link #get}, but it is written again as it was read.
 *
 * @param lists words by trait name, sorted by name
 */
public record Traits(SortedMap<String, List<String>> lists) {
  /** No traits at all. */
  public static final Traits NONE = new Traits(new TreeMap<>());

  private static final int MAX_JSON_CHARS = 64 * 1024;

  /** Copies. */
  public Traits {
    TreeMap<String, List<String>> copy = new TreeMap<>();
    lists.forEach((name, words) -> copy.put(name, List.copyOf(words)));
    lists = Collections.unmodifiableSortedMap(copy);
  }

  /** Traits of this map. */
  public static Traits of(Map<String, List<String>> lists) {
    return new Traits(new TreeMap<>(lists));
  }

  /** The words of a trait without empty ones; an empty list if there is none. */
  public List<String> get(String name) {
    return lists.getOrDefault(name, List.of()).stream().filter(word -> !word.isEmpty()).toList();
  }

  /**
   * Reads the JSON form: an object of lists of strings, or {@code null}.
   *
   * @throws PkiException if it is something else or longer than 64 Ki characters
   */
  public static Traits parse(String json) {
    if (json.length() > MAX_JSON_CHARS) {
      throw new PkiException("traits are longer than 64 Ki characters");
    }
    return json.isBlank() ? NONE : new Parser(json).document();
  }

  /** The JSON form: names sorted, no spaces, empty lists and empty traits as {@code null}. */
  public String toJson() {
    if (lists.isEmpty()) {
      return "null";
    }
    StringBuilder out = new StringBuilder("{");
    lists.forEach((name, words) -> {
      if (out.length() > 1) {
        out.append(',');
      }
      quote(out, name);
      out.append(':');
      if (words.isEmpty()) {
        out.append("null");
      } else {
        list(out, words);
      }
    });
    return out.append('}').toString();
  }

  static void list(StringBuilder out, List<String> words) {
    out.append('[');
    for (int i = 0; i < words.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      quote(out, words.get(i));
    }
    out.append(']');
  }

  /** Escapes as the peers do, so that the bytes come out equal: also {@code <>&} and U+2028/9. */
  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    Traits document() {
      SortedMap<String, List<String>> lists = new TreeMap<>();
      if (!word("null")) {
        expect('{');
        if (!take('}')) {
          do {
            String name = string();
            expect(':');
            lists.put(name, words());
          } while (take(','));
          expect('}');
        }
      }
      space();
      if (at != text.length()) {
        throw malformed();
      }
      return new Traits(lists);
    }

    private List<String> words() {
      if (word("null")) {
        return List.of();
      }
      List<String> words = new ArrayList<>();
      expect('[');
      if (!take(']')) {
        do {
          words.add(word("null") ? "" : string());
        } while (take(','));
        expect(']');
      }
      return words;
    }

    private String string() {
      expect('"');
      StringBuilder out = new StringBuilder();
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '"') {
          return out.toString();
        }
        if (c < 0x20) {
          throw malformed();
        }
        out.append(c == '\\' ? escaped() : c);
      }
      throw malformed();
    }

    private char escaped() {
      if (at >= text.length()) {
        throw malformed();
      }
      char c = text.charAt(at++);
      return switch (c) {
        case '"', '\\', '/' -> c;
        case 'b' -> '\b';
        case 'f' -> '\f';
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case 'u' -> hex();
        default -> throw malformed();
      };
    }

    private char hex() {
      if (at + 4 > text.length()) {
        throw malformed();
      }
      int value = 0;
      for (int i = 0; i < 4; i++) {
        int digit = Character.digit(text.charAt(at++), 16);
        if (digit < 0) {
          throw malformed();
        }
        value = value * 16 + digit;
      }
      return (char) value;
    }

    private boolean word(String word) {
      space();
      if (!text.startsWith(word, at)) {
        return false;
      }
      at += word.length();
      return true;
    }

    private boolean take(char c) {
      space();
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private void expect(char c) {
      if (!take(c)) {
        throw malformed();
      }
    }

    private void space() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private PkiException malformed() {
      return new PkiException("malformed traits at character " + at);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which Kubernetes clusters a user asks for: by labels, by words, by an expression. The expressions
 * are a part of Teleport's: {@code labels["k"] == "v"}, {@code labels.k}, {@code name}, {@code !=},
 * {@code search("a", "b")}, {@code &&}, {@code ||}, {@code !} and parentheses.
 */
final class ResourceFilter {
  private static final int EXPRESSION_CHARS_MAX = 4096;
  private static final int DEPTH_MAX = 32;

  private ResourceFilter() {}

  /** Has all these labels; {@code *} as a value means any. */
  static Predicate<KubeClusterRecord> labels(Map<String, String> wanted) {
    return cluster ->
        wanted.entrySet().stream()
            .allMatch(e -> {
              String value = cluster.labels().get(e.getKey());
              return value != null && (e.getValue().equals("*") || e.getValue().equals(value));
            });
  }

  /** Each word stands somewhere in the name or the labels, in any letter case. */
  static Predicate<KubeClusterRecord> search(List<String> words) {
    List<String> lower = words.stream().map(w -> w.toLowerCase(Locale.ROOT)).toList();
    return cluster -> {
      List<String> texts = new ArrayList<>();
      texts.add(cluster.name().toLowerCase(Locale.ROOT));
      cluster
          .labels()
          .forEach((key, value) -> {
            texts.add(key.toLowerCase(Locale.ROOT));
            texts.add(value.toLowerCase(Locale.ROOT));
          });
      return lower.stream().allMatch(word -> texts.stream().anyMatch(t -> t.contains(word)));
    };
  }

  /**
   * Reads an expression; an empty one matches all.
   *
   * @throws WireException of kind BAD_PARAMETER when it cannot be read
   */
  static Predicate<KubeClusterRecord> expression(String text) {
    if (text.isBlank()) {
      return cluster -> true;
    }
    if (text.length() > EXPRESSION_CHARS_MAX) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "predicate expression is too long");
    }
    return new Parser(text).all();
  }

  private interface Operand {
    String of(KubeClusterRecord cluster);
  }

  private static final class Parser {
    private final String text;
    private int at;
    private int depth;

    Parser(String text) {
      this.text = text;
    }

    Predicate<KubeClusterRecord> all() {
      Predicate<KubeClusterRecord> result = or();
      blanks();
      if (at < text.length()) {
        throw malformed();
      }
      return result;
    }

    private Predicate<KubeClusterRecord> or() {
      if (++depth > DEPTH_MAX) {
        throw malformed();
      }
      Predicate<KubeClusterRecord> result = and();
      while (take("||")) {
        result = result.or(and());
      }
      depth--;
      return result;
    }

    private Predicate<KubeClusterRecord> and() {
      Predicate<KubeClusterRecord> result = term();
      while (take("&&")) {
        result = result.and(term());
      }
      return result;
    }

    private Predicate<KubeClusterRecord> term() {
      boolean negated = false;
      while (lookingAt("!") && !lookingAt("!=")) {
        take("!");
        negated = !negated;
      }
      Predicate<KubeClusterRecord> result = positive();
      return negated ? result.negate() : result;
    }

    private Predicate<KubeClusterRecord> positive() {
      if (take("(")) {
        Predicate<KubeClusterRecord> inner = or();
        expect(")");
        return inner;
      }
      if (take("search(")) {
        List<String> words = new ArrayList<>();
        do {
          words.add(string());
        } while (take(","));
        expect(")");
        return search(words);
      }
      Operand left = operand();
      if (take("==")) {
        Operand right = operand();
        return cluster -> left.of(cluster).equals(right.of(cluster));
      }
      expect("!=");
      Operand right = operand();
      return cluster -> !left.of(cluster).equals(right.of(cluster));
    }

    private Operand operand() {
      if (lookingAt("\"") || lookingAt("`")) {
        String value = string();
        return cluster -> value;
      }
      if (take("labels[")) {
        String key = string();
        expect("]");
        return cluster -> cluster.labels().getOrDefault(key, "");
      }
      if (take("labels.")) {
        String key = word();
        return cluster -> cluster.labels().getOrDefault(key, "");
      }
      if (take("resource.metadata.name") || take("name")) {
        return KubeClusterRecord::name;
      }
      throw malformed();
    }

    private String word() {
      int from = at;
      while (at < text.length()
          && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
        at++;
      }
      if (from == at) {
        throw malformed();
      }
      return text.substring(from, at);
    }

    private String string() {
      blanks();
      if (at >= text.length()) {
        throw malformed();
      }
      char quote = text.charAt(at);
      if (quote != '"' && quote != '`') {
        throw malformed();
      }
      int end = text.indexOf(quote, at + 1);
      if (end < 0 || (quote == '"' && text.substring(at, end).indexOf('\\') >= 0)) {
        throw malformed();
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return value;
    }

    private boolean lookingAt(String token) {
      blanks();
      return text.startsWith(token, at);
    }

    private boolean take(String token) {
      if (!lookingAt(token)) {
        return false;
      }
      at += token.length();
      return true;
    }

    private void expect(String token) {
      if (!take(token)) {
        throw malformed();
      }
    }

    private void blanks() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private WireException malformed() {
      return new WireException(
          ErrorKind.BAD_PARAMETER, "failed to parse predicate expression at character " + (at + 1));
    }
  }
}

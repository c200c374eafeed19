// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What people type who know other programs: each means words of ours. */
final class OtherWords {
  private static final Set<String> VERSION = Set.of("--version", "-V");
  private static final String HELP = "help";

  private OtherWords() {}

  /** The words as jtsh has them; most are so already. */
  static List<String> ours(List<String> words) {
    if (words.size() == 1 && VERSION.contains(words.getFirst())) {
      return List.of("version");
    }
    if (words.isEmpty() || !words.getFirst().equals(HELP)) {
      return words;
    }
    List<String> ours = new ArrayList<>(words.subList(1, words.size()));
    ours.add("--help");
    return List.copyOf(ours);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import dev.jtsh.bench.Measurements.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes {@code {"rows":[{"measure","target","unit","min","median","max","rival","ratio"}]}}. Each
 * measure has one row of the subject for each rival, and one of each rival against the subject, so
 * that the rivals' own numbers are there too. A ratio is one of medians: target by rival.
 */
final class ResultFile {
  private ResultFile() {}

  static void write(Measurements results, Path file) throws IOException {
    Files.writeString(file, json(results));
  }

  static String json(Measurements results) {
    List<String> rows = new ArrayList<>();
    for (String measure : results.measures()) {
      List<String> targets = List.copyOf(results.targets(measure));
      if (!targets.contains(results.subject())) {
        continue;
      }
      for (String target : targets) {
        if (!target.equals(results.subject())) {
          rows.add(row(results, measure, results.subject(), target));
        }
      }
      for (String target : targets) {
        if (!target.equals(results.subject())) {
          rows.add(row(results, measure, target, results.subject()));
        }
      }
      if (targets.size() == 1) {
        rows.add(row(results, measure, results.subject(), results.subject()));
      }
    }
    return "{\"rows\":[\n" + String.join(",\n", rows) + "\n]}\n";
  }

  private static String row(Measurements results, String measure, String target, String rival) {
    Spread own = results.spread(measure, target);
    double other = results.spread(measure, rival).median();
    return String.format(
        Locale.ROOT,
        "{\"measure\":\"%s\",\"target\":\"%s\",\"unit\":\"%s\",\"min\":%s,\"median\":%s,\"max\":%s,"
            + "\"rival\":\"%s\",\"ratio\":%s}",
        measure,
        target,
        results.unit(measure),
        number(own.min()),
        number(own.median()),
        number(own.max()),
        rival,
        other == 0 ? "null" : number(own.median() / other));
  }

  private static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 1000 ? "%.0f" : size >= 10 ? "%.1f" : "%.3f", value);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import com.google.errorprone.annotations.FormatMethod;
import dev.jtsh.bench.Measurements.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Draws one panel for each measure: a bar for each target's median, a line from min to max. */
final class Plot {
  private static final int COLUMNS = 3;
  private static final int WIDTH = 380;
  private static final int BAR = 18;
  private static final int NAMES = 92;
  private static final int VALUES = 74;
  private static final int TITLE = 34;
  private static final int GAP = 24;

  private final StringBuilder svg = new StringBuilder();
  private final Measurements results;

  private Plot(Measurements results) {
    this.results = results;
  }

  static void write(Measurements results, Path file) throws IOException {
    Files.writeString(file, new Plot(results).draw());
  }

  private String draw() {
    int bars = results.measures().stream().mapToInt(m -> results.targets(m).size()).max().orElse(1);
    int height = TITLE + bars * BAR + GAP;
    int rows = (results.measures().size() + COLUMNS - 1) / COLUMNS;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        COLUMNS * WIDTH + GAP, rows * height + GAP);
    add("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    int index = 0;
    for (String measure : results.measures()) {
      panel(measure, GAP + index % COLUMNS * WIDTH, GAP + index / COLUMNS * height);
      index++;
    }
    return svg.append("</svg>\n").toString();
  }

  private void panel(String measure, int left, int top) {
    Set<String> targets = results.targets(measure);
    double largest =
        targets.stream().mapToDouble(t -> results.spread(measure, t).max()).max().orElse(1);
    double scale = (WIDTH - NAMES - VALUES - GAP) / (largest <= 0 ? 1 : largest);
    add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>", left, top + 12, measure);
    int y = top + TITLE - 8;
    for (String target : targets) {
      Spread spread = results.spread(measure, target);
      int from = left + NAMES;
      double length = spread.median() * scale;
      String colour = target.equals(results.subject()) ? "#1f6fb2" : "#b9c4cf";
      double middle = y + BAR / 2.0 - 1;
      add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", from - 6, middle + 4, target);
      add(
          "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
          from, y, length, BAR - 4, colour);
      add(
          "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"black\"/>",
          from + spread.min() * scale, middle, from + spread.max() * scale, middle);
      add(
          "<text x=\"%.1f\" y=\"%.1f\">%s</text>",
          from + spread.max() * scale + 5, middle + 4, label(spread.median()));
      y += BAR;
    }
  }

  private static String label(double value) {
    return String.format(
        Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }

  @FormatMethod
  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}

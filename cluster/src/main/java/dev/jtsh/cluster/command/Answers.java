// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.jtsh.protocol.text.SafeText;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Prints answers of a cluster. Texts in them may come from users, so they are made safe. */
final class Answers {
  private static final String GAP = "  ";

  // Foreign text may not move the cursor in these formats either.
  private static final ObjectWriter JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build()
          .writerWithDefaultPrettyPrinter();
  private static final ObjectWriter YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build()
          .writer();

  private final PrintWriter out;
  private final OutputFormat format;

  Answers(PrintWriter out, OutputFormat format) {
    this.out = out;
    this.format = format;
  }

  /** Prints the answer, in text form by the given printer. */
  void print(JsonNode answer, Consumer<PrintWriter> text) {
    switch (format) {
      case text -> text.accept(out);
      case json -> out.println(written(JSON, answer));
      case yaml -> out.print(written(YAML, answer));
    }
    out.flush();
  }

  /** Prints one field of the answer, alone on its line in text form; the command is done. */
  int line(JsonNode answer, String field) {
    print(answer, to -> to.println(safe(answer.path(field).asText())));
    return ExitCode.OK.status();
  }

  /** Prints a list of the answer, in text form as a table with a row for each element. */
  int table(
      JsonNode answer, String list, List<String> titles, Function<JsonNode, List<String>> row) {
    List<List<String>> rows = new ArrayList<>();
    answer.path(list).forEach(element -> rows.add(row.apply(element)));
    print(answer, to -> table(to, titles, rows));
    return ExitCode.OK.status();
  }

  private static String written(ObjectWriter writer, JsonNode answer) {
    try {
      return writer.writeValueAsString(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot print an answer", e);
    }
  }

  /** Columns as wide as their widest cell. */
  private static void table(PrintWriter out, List<String> titles, List<List<String>> rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(titles);
    rows.forEach(row -> lines.add(row.stream().map(Answers::safe).toList()));
    for (List<String> line : lines) {
      var text = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        int at = column;
        int width = lines.stream().mapToInt(l -> l.get(at).length()).max().orElse(0);
        String cell = line.get(column);
        text.append(cell).repeat(" ", width - cell.length()).append(GAP);
      }
      out.println(text.toString().stripTrailing());
    }
  }

  /** A time for people: to the second. */
  static String time(JsonNode instant) {
    try {
      return Instant.parse(instant.asText()).truncatedTo(ChronoUnit.SECONDS).toString();
    } catch (DateTimeParseException e) {
      return safe(instant.asText());
    }
  }

  static String safe(String text) {
    return SafeText.of(text).toString();
  }

  /** The texts of a list, with commas between. */
  static String joined(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return String.join(",", texts);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** How a list is put out: lines for people, or one document for programs. */
final class ListOutput {
  @Option(
      names = {"-f", "--format"},
      paramLabel = "text|json|yaml",
      description = "Form of the output.")
  private DocumentFormat format = DocumentFormat.text;

  /**
   * Puts a list out.
   *
   * @param lines of one element, for people
   * @param row of the same, for programs
   */
  <T> void write(
      Console console,
      List<T> elements,
      Function<T, List<SafeText>> lines,
      Function<T, Map<String, Object>> row) {
    if (format == DocumentFormat.text) {
      elements.forEach(element -> lines.apply(element).forEach(console::data));
    } else {
      console.document(format.write(elements.stream().map(row).toList()));
    }
  }
}
